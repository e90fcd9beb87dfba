import ArgumentParser
import FlaggerAPI
import Foundation
import Logging
import SampleApp

/// `aviary sample-app`.
struct SampleAppCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample-app",
        abstract: "Serve a small HTTP application to release in examples and tests.",
        discussion: """
            Answers /, /version, /echo, /status/{code} and /delay/{seconds}, and /healthz and /readyz for probes.

            EXAMPLES
              aviary sample-app --port 9898 --app-version 1.0.0
              aviary sample-app --port 9898 --app-version 2.0.0 --error-rate 0.1 --latency 20ms
            """)

    @Option(help: "Where to listen.") var host = "127.0.0.1"
    @Option(help: "The port (PORT, or 9898).") var port: Int?
    @Option(help: "What /version answers (APP_VERSION, or 1.0.0).") var appVersion: String?
    @Option(help: "Shown by / (COLOR).") var color: String?
    @Option(help: "Share of requests that fail with a 500, 0 to 1.") var errorRate = 0.0
    @Option(help: "Added to every answer, such as 20ms.") var latency = "0s"
    @Option(help: "How long /readyz answers 503 after the start, such as 2s.") var startupDelay = "0s"
    @Flag(help: "Answer 503 on /readyz until POST /readyz/enable.") var unready = false

    func validate() throws {
        guard (0...1).contains(errorRate) else {
            throw ValidationError("--error-rate: use 0 to 1, was \(errorRate)")
        }
        if let port, !(0...65535).contains(port) { throw ValidationError("--port: use 0 to 65535, was \(port)") }
        for (name, text) in [("--latency", latency), ("--startup-delay", startupDelay)] {
            do { _ = try GoDuration.parse(text) } catch {
                throw ValidationError("\(name): \(error), use a duration such as 20ms")
            }
        }
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let app = SampleApp(
            .init(
                version: appVersion ?? environment["APP_VERSION"] ?? "1.0.0",
                color: color ?? environment["COLOR"] ?? "", errorRate: errorRate,
                latency: try GoDuration.parse(latency), startupDelay: try GoDuration.parse(startupDelay),
                startsUnready: unready))
        var logger = Logger(label: "sample-app")
        logger.logLevel = .error
        try await app.run(
            host: host, port: port ?? environment["PORT"].flatMap { Int($0) } ?? 9898, logger: logger)
    }
}
