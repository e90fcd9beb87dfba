import ArgumentParser
import Foundation
import Logging
import SampleApp

/// `aviary sample-app`
struct SampleAppCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample-app",
        abstract: "A small HTTP and gRPC service to release in examples and tests.",
        discussion: """
            Serves /, /version, /healthz, /readyz (POST /readyz/disable, /readyz/enable), /echo, \
            /status/{code} and /delay/{seconds}; on the same port gRPC's health check (grpc.health.v1), which \
            follows /readyz, and reflection. On SIGTERM it finishes the requests in flight.
            """)

    @Option(help: "Address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "TCP port; 0 takes a free one. (default: $PORT or 9898)")
    var port: Int?

    @Option(help: "Version it says it is. (default: $APP_VERSION or 1.0.0)")
    var appVersion: String?

    @Option(help: "Color it says it has. (default: $COLOR or blue)")
    var color: String?

    @Option(
        help: """
            Share of requests answered 500, and of gRPC calls answered INTERNAL, from 0 to 1; /healthz and \
            /readyz are spared.
            """)
    var errorRate = 0.0

    @Option(help: "Time added to each answer, such as 20ms.", transform: durationArgument)
    var latency = Duration.zero

    @Option(help: "Time before it listens, such as 5s.", transform: durationArgument)
    var startupDelay = Duration.zero

    @Option(
        help: "Time between SIGTERM and the end of listening, in which /readyz fails.",
        transform: durationArgument)
    var shutdownDelay = Duration.milliseconds(200)

    @Flag(help: "Start with a failing /readyz, until POST /readyz/enable.")
    var unready = false

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        var sample = SampleAppConfiguration()
        sample.host = host
        sample.port = try port ?? Self.port(from: environment) ?? sample.port
        sample.version = appVersion ?? environment["APP_VERSION"] ?? sample.version
        sample.color = color ?? environment["COLOR"] ?? sample.color
        sample.errorRate = errorRate
        sample.latency = latency
        sample.startupDelay = startupDelay
        sample.shutdownDelay = shutdownDelay
        sample.isInitiallyReady = !unready
        let logger = Logger(label: "sample-app") { LineLogHandler(label: $0) }
        do {
            try await SampleApp(sample, logger: logger).run()
        } catch SampleAppError.configuration(let field, let problem) {
            throw ValidationError("--\(field) \(problem)")
        }
    }

    private static func port(from environment: [String: String]) throws -> Int? {
        guard let text = environment["PORT"], !text.isEmpty else { return nil }
        guard let port = Int(text) else {
            throw ValidationError("PORT in the environment is \"\(text)\"; give a number from 0 to 65535")
        }
        return port
    }
}
