import Hummingbird
import HummingbirdCore
import NIOCore
import NIOPosix
public import ServiceLifecycle

/// The load tester as a server of its own.
///
/// On graceful shutdown it stops accepting, ends the running tasks, answers the requests in progress, and
/// returns.
public struct LoadTesterServer: Service {
    private let routes: LoadTesterRoutes
    private let host: String
    private let port: Int
    private let limits: ServerLimits
    private let tls: ServerTLS?
    private let onListening: @Sendable (_ port: Int) async -> Void

    /// Creates a server that listens once it runs.
    ///
    /// - Parameters:
    ///   - routes: what it serves; its tasks run while the server runs.
    ///   - host: the address to listen on.
    ///   - port: the TCP port; 0 for any free one.
    ///   - limits: bounds of what clients may take.
    ///   - tls: serves HTTPS instead of HTTP when given.
    ///   - onListening: called with the port once connections are accepted.
    public init(
        routes: LoadTesterRoutes, host: String = "0.0.0.0", port: Int = 9090,
        limits: ServerLimits = ServerLimits(), tls: ServerTLS? = nil,
        onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        self.routes = routes
        self.host = host
        self.port = port
        self.limits = limits
        self.tls = tls
        self.onListening = onListening
    }

    /// Has the process serve with half the cores' number of event loops; the rest is for the tasks and who measures them.
    ///
    /// To be called before anything else uses the network; does nothing after that.
    public static func leaveCoresToTasks() {
        NIOSingletons.groupLoopCountSuggestion = max(1, System.coreCount / 2)
    }

    /// Serves until the service is shut down or cancelled; throws ``LoadTesterError/cannotListen(host:port:cause:)``
    /// when the port is taken.
    public func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await routes.tasks.run() }
            if let tls { group.addTask { try await tls.run() } }
            group.addTask { try await serve() }
            // Not waitForAll(): the first error has to cancel the other tasks, which then end in order.
            for try await _ in group {}
        }
    }

    private func serve() async throws {
        let router = Router(context: LoadTesterRequestContext.self)
        routes.addRoutes(to: router)
        routes.addServiceRoutes(to: router)
        let application = Application(
            router: router, server: .guarded(limits, tls: tls, checksOf: routes),
            configuration: .init(
                address: .hostname(host, port: port),
                availableConnectionsDelegate: MaximumAvailableConnections(limits.connections)),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? port) },
            logger: routes.logger)
        do {
            try await application.run()
        } catch let error as CancellationError {
            throw error
        } catch {
            // What goes wrong on a connection ends that connection: only listening can fail.
            throw LoadTesterError.cannotListen(host: host, port: port, cause: error)
        }
    }
}
