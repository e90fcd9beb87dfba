import ArgumentParser
import Foundation

/// `aviary gate`: opens, closes and lists the gates of canaries.
struct GateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gate",
        abstract: "Open, close and list the gates that hold rollouts.",
        discussion: """
            EXAMPLES
              aviary gate open podinfo -n test --reason "load test looks good"
              aviary gate open podinfo -n test --gate qa --until 2h
              aviary gate close podinfo -n test
              aviary gate list
              aviary gate list --output json --server http://127.0.0.1:9090
            """,
        subcommands: [Open.self, Close.self, List.self])

    struct Open: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Open a gate: the rollout goes on.")

        @OptionGroup var move: GateMoveOptions

        @Option(help: "Name of the gate, as in /gate/check?gate=NAME (default: the plain gate).")
        var gate: String?

        @Option(help: "Open it only then: a duration from now (2h) or a time (2030-01-31T18:00:00Z).")
        var after: String?

        @Option(help: "Close it again then: a duration from now (2h) or a time (2030-01-31T18:00:00Z).")
        var until: String?

        func run() async throws {
            try await move.send(
                "/gate/open", done: "gate opened", ["gate": gate, "after": after, "until": until])
        }
    }

    struct Close: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Close a gate: the rollout is held.")

        @OptionGroup var move: GateMoveOptions

        @Option(help: "Name of the gate, as in /gate/check?gate=NAME (default: the plain gate).")
        var gate: String?

        func run() async throws {
            try await move.send("/gate/close", done: "gate closed", ["gate": gate])
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List gates, who moved them, and what waits at them.")

        @OptionGroup var server: ServerOptions

        @Option(name: [.customShort("n"), .long], help: "Only this namespace.")
        var namespace: String?

        func run() async throws {
            let path = "/gates" + (namespace.map { "?namespace=\(queryEscaped($0))" } ?? "")
            let answer = try await DaemonClient(options: server).send("GET", path)
            if server.output == .json {
                try StandardOutput.print(String(decoding: answer, as: UTF8.self))
            } else {
                try StandardOutput.print(try GateTable(json: answer).text)
            }
        }
    }
}

/// Percent-encodes text for use in a URL's query.
func queryEscaped(_ text: String) -> String {
    let plain = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-._~"))
    return text.addingPercentEncoding(withAllowedCharacters: plain) ?? text
}
