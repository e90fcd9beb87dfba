import Foundation
import GRPC
import LoadGenerator

extension GhzCommand {
    /// The plan the flags ask for; may ask the server for the method.
    ///
    /// - Throws: `LoadError` that names the flag, or an exit code after it was told.
    func plan() async throws -> CallPlan {
        var plan = CallPlan(target: try CallTarget(host))
        plan.tls = try certificates.tls()
        plan.hostMap = try HostMap(ProcessInfo.processInfo.environment["AVIARY_RESOLVE"] ?? "")
        plan.concurrency = min(concurrency, duration == nil && total > 0 ? max(total, 1) : .max)
        plan.total = total
        plan.duration = duration == .zero ? nil : duration
        plan.maxDuration = maxDuration == .zero ? nil : maxDuration
        plan.durationStop = durationStop
        guard rps >= 0, rps.isFinite else { throw LoadError.option("--rps is \(rps); give 0 or more") }
        plan.rate = rps == 0 ? nil : rps
        plan.isAsynchronous = asynchronous
        plan.timeout = timeout == .zero ? nil : timeout
        plan.connections = connections
        plan.connectTimeout = connectTimeout
        if let cpus { plan.threads = cpus }
        plan.skipFirst = skipFirst
        plan.countsErrors = countErrors
        plan.keepsSamples = format != .summary
        plan.thresholds = try thresholds.map { (text) throws(LoadError) in try Threshold(text) }
        plan.authority = call.authority
        plan.metadata = try call.callMetadata()
        if let output, Format(rawValue: output) != nil {
            throw LoadError.option(
                "--output is a file, as in ghz: for the format give -O \(output), for a file ./\(output)")
        }
        try plan.validate()
        do {
            try await call.fill(&plan)
        } catch let error as GRPCError {
            throw Self.failure(error)
        } catch let error as CallDiscoveryError {
            throw Self.failure(error)
        }
        return plan
    }
}
