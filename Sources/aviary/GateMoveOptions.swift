import ArgumentParser
import Foundation

/// The arguments of a command that moves a gate.
struct GateMoveOptions: ParsableArguments {
    @Argument(help: "Name of the canary.")
    var name: String

    @Option(name: [.customShort("n"), .long], help: "Namespace of the canary.")
    var namespace: String = "default"

    @Option(help: "Why, for the audit trail.")
    var reason: String = ""

    @OptionGroup var server: ServerOptions

    private struct Payload: Encodable {
        let name: String
        let namespace: String
        let reason: String
    }

    private struct Done: Encodable {
        let canary: String
        let namespace: String
        let result: String
    }

    /// Sends the move, named after the user who makes it, and tells what was done.
    func send(_ path: String, done: String, _ settings: [String: String?]) async throws {
        let query = settings.sorted { $0.key < $1.key }
            .compactMap { setting in setting.value.map { "\(setting.key)=\(queryEscaped($0))" } }
            .joined(separator: "&")
        _ = try await DaemonClient(options: server).send(
            "POST", path + (query.isEmpty ? "" : "?\(query)"),
            json: Payload(name: name, namespace: namespace, reason: reason),
            headers: ["X-Aviary-Actor": NSUserName()])
        if server.output == .json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            let line = try encoder.encode(Done(canary: name, namespace: namespace, result: done))
            print(String(decoding: line, as: UTF8.self))
        } else {
            print("\(name).\(namespace): \(done)")
        }
    }
}
