import Foundation
import JSON
import KubernetesClient
import Logging

/// One process that wants to lead, for the tests of leader election: kills and stops need real processes.
///
/// While it leads, it changes a ConfigMap and prints `act IDENTITY NANOSECONDS` after each change, on the clock that all
/// processes of the machine share.
@main
struct LeaseContender {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 6, let lease = Int(arguments[5]) else {
            print("usage: LeaseContender KUBECONFIG NAMESPACE LEASE IDENTITY LEASE-MILLISECONDS")
            exit(2)
        }
        let (namespace, identity) = (arguments[2], arguments[4])
        let client = try KubernetesClient(
            try ClusterConfiguration.load(kubeconfig: arguments[1], environment: [:]),
            policy: ClientPolicy(requestsPerSecond: nil))
        let unit = Duration.milliseconds(lease) / 15
        let election = try LeaderElection(
            lease: arguments[3], in: namespace, identity: identity, api: client,
            timing: LeaderElectionTiming(
                leaseDuration: unit * 15, renewDeadline: unit * 10, renewPeriod: unit * 3,
                retryPeriod: unit * 1.5),
            logger: Logger(label: "contender") { StreamLogHandler.standardError(label: $0) })
        signal(SIGTERM, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGTERM, queue: .global())
        let leading = Task { try await lead(election, client, namespace: namespace, identity: identity) }
        source.setEventHandler { leading.cancel() }
        source.resume()
        let result = await leading.result
        await client.shutdown()
        say("end \(identity)")
        if case .failure(let error) = result, !(error is CancellationError) {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            exit(1)
        }
    }

    private static func lead(
        _ election: LeaderElection, _ client: KubernetesClient, namespace: String, identity: String
    ) async throws {
        try await election.lead { leadership in
            let api = leadership.fenced(client)
            let type = ResourceType(group: "", version: "v1", kind: "ConfigMap", plural: "configmaps")
            let work = ObjectReference(type, namespace: namespace, name: "work")
            while true {
                _ = try await api.patch(
                    work, with: .merge(.object(["data": .object(["leader": .string(identity)])])),
                    subresource: nil)
                say("act \(identity) \(nanoseconds())")
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    private static func nanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    private static func say(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }
}
