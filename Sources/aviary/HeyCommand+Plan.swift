import Foundation
import LoadGenerator

extension HeyCommand {
    /// The plan the flags ask for.
    ///
    /// - Throws: `LoadError` that names the flag.
    func plan(for url: String) throws -> LoadPlan {
        var plan = LoadPlan(target: try LoadTarget(url))
        plan.request = try request()
        plan.workers = c
        plan.requests = n
        plan.duration = z == .zero ? nil : z
        plan.rate = rate
        plan.thresholds = try thresholds.map { try Threshold($0) }
        plan.version = h2c ? .http2 : h2 ? .http2IfNegotiated : .http1
        plan.trust = cacert.map { .authorities(file: $0) } ?? (verify ? .systemAuthorities : .anyone)
        plan.proxy = try x.map { try ForwardProxy($0) }
        guard q >= 0, q.isFinite else { throw LoadError.option("-q is \(q); give 0 or more") }
        plan.ratePerWorker = q == 0 ? nil : q
        guard t >= 0, t <= 1e9 else { throw LoadError.option("-t is \(t); give seconds, 0 for ever") }
        plan.timeout = t == 0 ? nil : .seconds(t)
        plan.keepsAlive = !disableKeepalive
        plan.followsRedirects = !disableRedirects
        if let cpus, cpus != 0 { plan.threads = cpus }
        plan.hostMap = try HostMap(ProcessInfo.processInfo.environment["AVIARY_RESOLVE"] ?? "")
        plan.keepsSamples = (output ?? o) == .csv
        return plan
    }

    private func request() throws -> LoadRequest {
        var request = LoadRequest()
        try request.setMethod(m.uppercased())
        request.contentType = contentType
        request.accept = accept
        request.userAgent = userAgent
        request.hostHeader = host
        request.acceptsCompression = !disableCompression
        for text in header {
            try request.addHeader(text)
            if text.lowercased().hasPrefix("host:") {
                StandardError.print("-H Host has no effect, as with hey: use -host")
            }
        }
        if let a {
            guard a.contains(":") else {
                throw LoadError.option("-a cannot be parsed; write it username:password")
            }
            request.credentials = a
        }
        request.body = try body()
        return request
    }

    private func body() throws -> [UInt8] {
        guard let bodyFile else { return Array((d ?? "").utf8) }
        let limit = 100 << 20
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: bodyFile))
            let data = try file.read(upToCount: limit + 1) ?? Data()
            guard data.count <= limit else {
                throw LoadError.option("-D names a file above 100 MiB: \(bodyFile)")
            }
            return Array(data)
        } catch let error as LoadError {
            throw error
        } catch {
            throw LoadError.option("-D cannot be read: \(bodyFile): \(error.localizedDescription)")
        }
    }
}
