import ArgumentParser
import Dashboard
import Foundation
import Standalone

/// `aviary get canaries [NAME]`.
struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Show canaries, or what happened to one.",
        discussion: """
            EXAMPLES
              aviary get canaries
              aviary get canaries podinfo -n test --output json
              aviary get events podinfo -n test
              aviary get hooks podinfo -n test
            """)

    enum Subject: String, ExpressibleByArgument, CaseIterable {
        case canaries, canary, events, hooks
    }

    @Argument(help: "canaries, events or hooks.") var subject: Subject
    @Argument(help: "Only this canary.") var name: String?
    @Option(name: .shortAndLong, help: "Only this namespace; all of them by default.") var namespace: String?
    @OptionGroup var server: ServerOptions

    func run() async throws {
        let found = try await server.client.canaries().filter { snapshot in
            (name == nil || snapshot.canary.metadata.name == name)
                && (namespace == nil || snapshot.canary.metadata.namespace == namespace)
        }
        if let name, found.isEmpty {
            throw DaemonClient.Failure(
                description: "no canary \(name)\(namespace.map { " in namespace \($0)" } ?? ""): "
                    + "`aviary get canaries` lists them")
        }
        switch subject {
        case .canaries, .canary: try printCanaries(found)
        case .events: try await printEvents(of: found)
        case .hooks: try await printHooks(of: found)
        }
    }

    private func printCanaries(_ found: [CanarySnapshot]) throws {
        if server.output == .json {
            return try StandardOutput.print(json: found.map(\.canary))
        }
        let namespaces = Set(found.map(\.canary.metadata.namespace))
        let showsNamespace = namespaces.count > 1
        var rows = [
            (showsNamespace ? ["NAMESPACE"] : []) + ["NAME", "STATUS", "WEIGHT", "LASTTRANSITIONTIME"]
        ]
        for snapshot in found {
            let status = snapshot.canary.status
            rows.append(
                (showsNamespace ? [snapshot.canary.metadata.namespace] : []) + [
                    snapshot.canary.metadata.name, status?.phase ?? "", "\(status?.canaryWeight ?? 0)",
                    status?.lastTransitionTime ?? "",
                ])
        }
        try StandardOutput.print(TextTable(rows: rows).text)
    }

    /// How often each hook was called, and what it answered.
    private func printHooks(of found: [CanarySnapshot]) async throws {
        let calls = try await history(of: found).filter { $0.kind == "hook" }
        let tally = HookTally.of(calls)
        if server.output == .json { return try StandardOutput.print(json: tally) }
        try StandardOutput.print(HookTally.table(tally).text)
    }

    private func printEvents(of found: [CanarySnapshot]) async throws {
        let lines = try await history(of: found)
        if server.output == .json { return try StandardOutput.print(json: lines) }
        var reader = FeedReader()
        for line in lines.compactMap({ reader.read($0) }) {
            try StandardOutput.print(PlainFeed.text(of: line))
        }
    }

    private func history(of found: [CanarySnapshot]) async throws -> [HistoryLine] {
        var lines: [HistoryLine] = []
        for snapshot in found {
            let key = CanaryKey(
                namespace: snapshot.canary.metadata.namespace, name: snapshot.canary.metadata.name)
            lines += try await server.client.history(of: key, after: 0, limit: 1000)
        }
        return lines.sorted { $0.id < $1.id }
    }
}
