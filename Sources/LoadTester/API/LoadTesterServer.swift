import Hummingbird
public import ServiceLifecycle

/// The load tester as a server of its own.
///
/// On graceful shutdown it stops accepting, ends the running tasks, answers the requests in progress, and
/// returns.
public struct LoadTesterServer: Service {
    private let routes: LoadTesterRoutes
    private let host: String
    private let port: Int
    private let onListening: @Sendable (_ port: Int) async -> Void

    /// Creates a server that listens once it runs.
    ///
    /// - Parameters:
    ///   - routes: what it serves; its tasks run while the server runs.
    ///   - host: the address to listen on.
    ///   - port: the TCP port; 0 for any free one.
    ///   - onListening: called with the port once connections are accepted.
    public init(
        routes: LoadTesterRoutes, host: String = "0.0.0.0", port: Int = 9090,
        onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        self.routes = routes
        self.host = host
        self.port = port
        self.onListening = onListening
    }

    /// Serves until the service is shut down or cancelled; throws ``LoadTesterError/cannotListen(host:port:cause:)``
    /// when the port is taken.
    public func run() async throws {
        let router = Router(context: LoadTesterRequestContext.self)
        routes.addRoutes(to: router)
        routes.addServiceRoutes(to: router)
        let application = Application(
            router: router,
            server: .http1(configuration: .init(idleTimeout: .seconds(60))),
            configuration: .init(address: .hostname(host, port: port)),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? port) },
            logger: routes.logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await routes.tasks.run() }
            group.addTask {
                do {
                    try await application.run()
                } catch let error as CancellationError {
                    throw error
                } catch {
                    // What goes wrong on a connection ends that connection: only listening can fail.
                    throw LoadTesterError.cannotListen(host: host, port: port, cause: error)
                }
            }
            // Not waitForAll(): the first error has to cancel the other task, which then ends in order.
            for try await _ in group {}
        }
    }
}
