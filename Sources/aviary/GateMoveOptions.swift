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

    /// Sends the move, named after the user who makes it, and tells what was done.
    func send(_ path: String, done: String, _ settings: [String: String?]) async throws {
        let query = settings.sorted { $0.key < $1.key }
            .compactMap { setting in setting.value.map { "\(setting.key)=\(queryEscaped($0))" } }
            .joined(separator: "&")
        _ = try await DaemonClient(options: server).send(
            "POST", path + (query.isEmpty ? "" : "?\(query)"),
            json: Payload(name: name, namespace: namespace, reason: reason),
            headers: ["X-Aviary-Actor": NSUserName()])
        switch server.output {
        case .json:
            try StandardOutput.print(
                try DoneLine(canary: name, namespace: namespace, result: done).json())
        case .text: try StandardOutput.print("\(name).\(namespace): \(done)")
        }
        await warnOfUnknownCanary()
    }

    /// A gate may be moved before there is its canary, so a mistyped name is no error; but a rollout that is held
    /// goes on being held. A load tester knows no canaries, and says nothing.
    private func warnOfUnknownCanary() async {
        guard let canaries = try? await DaemonClient(options: server).canaries() else { return }
        let names = canaries.map { ($0.canary.metadata.name, $0.canary.metadata.namespace) }
        guard !names.contains(where: { $0 == (name, namespace) }) else { return }
        let others = names.map { "\($0.0) -n \($0.1)" }.joined(separator: ", ")
        StandardError.print(
            "Warning: the daemon has no canary \(name) in namespace \(namespace); "
                + (others.isEmpty ? "it has none" : "it has: \(others)"))
    }
}
