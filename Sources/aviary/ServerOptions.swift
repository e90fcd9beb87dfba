import ArgumentParser
import Foundation

/// How a client command finds the daemon, shows who it is, and prints the answer.
struct ServerOptions: ParsableArguments {
    @Option(
        name: .long,
        help: "URL of the daemon or load tester (default: $AVIARY_SERVER, or http://127.0.0.1:8080).")
    var server: String?

    @Option(
        help: ArgumentHelp(
            "Send the token in this file, one line (default: $AVIARY_TOKEN, if set).", valueName: "file"))
    var tokenFile: String?

    @Option(
        help: ArgumentHelp(
            "Trust a server with a certificate of these authorities, in PEM (default: the system's).",
            valueName: "file"))
    var caFile: String?

    @Option(help: ArgumentHelp("Show the server this certificate, in PEM.", valueName: "file"))
    var certFile: String?

    @Option(help: ArgumentHelp("The key of --cert-file, in PEM.", valueName: "file")) var keyFile: String?

    @Option(name: .shortAndLong, help: "Print text or json.")
    var output: OutputFormat = .text

    func validate() throws {
        guard (certFile == nil) == (keyFile == nil) else {
            throw ValidationError("--cert-file and --key-file belong together: give both")
        }
    }

    /// The URL of a path on the server, without a slash at its end.
    func url(_ path: String) throws -> String {
        let environment = ProcessInfo.processInfo.environment["AVIARY_SERVER"] ?? ""
        let base = server ?? (environment.isEmpty ? "http://127.0.0.1:8080" : environment)
        guard let url = URL(string: base), ["http", "https"].contains(url.scheme), url.host != nil else {
            throw ValidationError("--server \"\(base)\" is not a URL such as http://127.0.0.1:8080")
        }
        return (base.hasSuffix("/") ? String(base.dropLast()) : base) + path
    }

    /// The token to send; nil when there is none.
    func token() throws -> String? {
        guard let tokenFile else {
            let environment = ProcessInfo.processInfo.environment["AVIARY_TOKEN"] ?? ""
            return environment.isEmpty ? nil : environment
        }
        let text: String
        do {
            text = try String(contentsOfFile: tokenFile, encoding: .utf8)
        } catch {
            throw ValidationError("--token-file \(tokenFile) cannot be read: \(error.localizedDescription)")
        }
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 1 else {
            throw ValidationError(
                "--token-file \(tokenFile) must hold one token and nothing else, not the server's list of tokens"
            )
        }
        return String(words[0])
    }

    var client: DaemonClient { DaemonClient(options: self) }
}
