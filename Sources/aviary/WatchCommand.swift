import ArgumentParser
import Dashboard
import Foundation
import Standalone

/// `aviary watch NAME -n NAMESPACE`.
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Follow a canary until its rollout has ended.",
        discussion: """
            Ends with 0 when the revision wanted was promoted (or nothing is to be rolled out), with 1 when
            the rollout failed, and with 2 when --timeout has passed or the daemon can't be asked. A daemon
            that is restarted meanwhile is waited for, a minute at most.

            EXAMPLES
              aviary watch podinfo -n test
              aviary apply podinfo.yaml && aviary watch podinfo -n test --timeout 300
            """)

    @Argument(help: "The canary.") var name: String
    @Option(name: .shortAndLong, help: "Its namespace.") var namespace = "default"
    @Option(help: "Give up after so many seconds; by default never.") var timeout: Int?
    @OptionGroup var server: ServerOptions

    private static let pause = Duration.milliseconds(300)
    private static let restartLimit = Duration.seconds(60)

    func run() async throws {
        do {
            try await follow()
        } catch let failure as DaemonClient.Failure {
            StandardError.print("Error: \(failure)")
            throw ExitCode(2)
        }
    }

    private func follow() async throws {
        let key = CanaryKey(namespace: namespace, name: name)
        let deadline = timeout.map { ContinuousClock.now + .seconds($0) }
        var last = try await server.client.history(of: key, after: 0, limit: 1).last?.id ?? 0
        var reader = FeedReader()
        var lastAnswer: ContinuousClock.Instant?
        while true {
            guard let (snapshot, lines) = try await look(key, after: last, since: lastAnswer) else {
                try giveUp(at: deadline, key)
                try await Task.sleep(for: Self.pause)
                continue
            }
            lastAnswer = ContinuousClock.now
            for line in lines {
                try show(line, &reader)
                last = line.id
            }
            if snapshot.isSettled {
                let phase = snapshot.canary.status?.phase ?? ""
                if server.output == .text { try StandardOutput.print("\(key) \(phase)") }
                throw phase == "Failed" ? ExitCode.failure : ExitCode.success
            }
            try giveUp(at: deadline, key)
            try await Task.sleep(for: Self.pause)
        }
    }

    private func giveUp(at deadline: ContinuousClock.Instant?, _ key: CanaryKey) throws {
        guard let deadline, ContinuousClock.now >= deadline else { return }
        throw DaemonClient.Failure(
            description: "gave up after \(timeout ?? 0) s: \(key) is not done yet")
    }

    /// The canary and what happened to it; nil while a daemon that answered before does not.
    private func look(
        _ key: CanaryKey, after id: Int64, since lastAnswer: ContinuousClock.Instant?
    ) async throws -> (CanarySnapshot, [HistoryLine])? {
        do {
            return (
                try await server.client.canary(key),
                try await server.client.history(of: key, after: id)
            )
        } catch let failure as DaemonClient.Failure {
            guard let lastAnswer, ContinuousClock.now - lastAnswer < Self.restartLimit else {
                throw failure
            }
            return nil
        }
    }

    private func show(_ line: HistoryLine, _ reader: inout FeedReader) throws {
        let shown = reader.read(line)
        switch server.output {
        case .text:
            guard let shown else { return }
            try StandardOutput.print(PlainFeed.text(of: shown))
        case .json:
            try StandardOutput.print(String(decoding: try JSONEncoder().encode(line), as: UTF8.self))
        }
    }
}
