import Hummingbird
public import Logging
import NIOCore
public import ServiceLifecycle
import Synchronization

/// A small HTTP service to release in examples and tests, alike in spirit to podinfo.
///
/// Paths: `/`, `/version`, `/healthz`, `/readyz` (with `POST /readyz/disable` and `/readyz/enable`),
/// `/echo`, `/status/{code}`, `/delay/{seconds}`; any method. Every answer carries `X-App-Version`.
/// HTTP/2 without TLS is served on the same port, and with it gRPC: health, tied to `/readyz`, and reflection.
public struct SampleApp: Service {
    private let configuration: SampleAppConfiguration
    private let logger: Logger
    private let onListening: @Sendable (Int) async -> Void

    /// Makes the service; nothing is bound before ``run()``.
    ///
    /// - Parameters:
    ///   - logger: told the address once the service listens.
    ///   - onListening: called with the bound port, which differs from the configured one when that is 0.
    /// - Throws: `SampleAppError.configuration` when a value is out of its range.
    public init(
        _ configuration: SampleAppConfiguration, logger: Logger,
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws {
        try configuration.validate()
        self.configuration = configuration
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves until SIGTERM or SIGINT, then drains and returns.
    ///
    /// Draining: `/readyz` fails and every answer asks the client to close its connection for
    /// `shutdownDelay`; then idle connections are closed, and requests in flight have 30 s to finish.
    /// Cancelling the task ends connections at once.
    ///
    /// - Throws: `SampleAppError.listen` when the address cannot be bound.
    public func run() async throws {
        let readiness = Readiness(isReady: configuration.isInitiallyReady)
        let drain = ConnectionDrain(readiness: readiness, delay: configuration.shutdownDelay)
        let listener = DelayedListener(
            delay: configuration.startupDelay, host: configuration.host, port: configuration.port,
            listener: try application(readiness))
        // Services end in reverse order: the drain comes first, the listener after it.
        var group = ServiceGroupConfiguration(
            services: [listener], gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Logger(label: "sample-app") { _ in SwiftLogNoOpLogHandler() })
        group.services.append(.init(service: drain, successTerminationBehavior: .ignore))
        group.maximumGracefulShutdownDuration = configuration.shutdownDelay + .seconds(30)
        try await ServiceGroup(configuration: group).run()
    }

    private func application(_ readiness: Readiness) throws -> Application<SampleAppResponder> {
        var quiet = logger
        quiet.logLevel = max(quiet.logLevel, .warning)
        let (logger, configuration, onListening) = (logger, configuration, onListening)
        return Application(
            responder: try SampleAppResponder(configuration, readiness: readiness),
            server: .init { responder in
                SharedPortChannel(responder: responder, idleTimeout: .seconds(120))
            },
            configuration: .init(address: .hostname(configuration.host, port: configuration.port)),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? configuration.port
                logger.info(
                    "sample app \(configuration.version) listening on http://\(configuration.host):\(port)")
                await onListening(port)
            },
            logger: quiet)
    }
}
