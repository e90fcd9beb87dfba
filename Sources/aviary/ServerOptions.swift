import ArgumentParser
import Foundation

/// How a client command finds the daemon and prints its answer.
struct ServerOptions: ParsableArguments {
    @Option(
        name: .long,
        help: "URL of the daemon or load tester (default: $AVIARY_SERVER, or http://127.0.0.1:8080).")
    var server: String?

    @Option(name: .shortAndLong, help: "Print text or json.")
    var output: OutputFormat = .text

    /// The URL of a path on the server, without a slash at its end.
    func url(_ path: String) throws -> String {
        let environment = ProcessInfo.processInfo.environment["AVIARY_SERVER"] ?? ""
        let base = server ?? (environment.isEmpty ? "http://127.0.0.1:8080" : environment)
        guard let url = URL(string: base), ["http", "https"].contains(url.scheme), url.host != nil else {
            throw ValidationError("--server \"\(base)\" is not a URL such as http://127.0.0.1:8080")
        }
        return (base.hasSuffix("/") ? String(base.dropLast()) : base) + path
    }

    var client: DaemonClient { DaemonClient(options: self) }
}
