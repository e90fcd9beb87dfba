public import Logging
import NIOCore
public import NIOPosix
import Randomness
import Synchronization

/// A streaming reverse proxy for HTTP/1.1 and HTTP/2 that splits a service's traffic between its two sides.
///
/// It listens on any number of addresses and works on the event loops it is given; requests stay on the
/// event loop of their connection from beginning to end. Bodies are streamed with back-pressure and
/// never stored. End it with ``drain(within:)``.
public final class ReverseProxy: Sendable {
    let shared: SharedTable
    let loops: [NIOLoopBound<ProxyLoop>]
    let eventLoops: [any EventLoop]
    let clock: MonotonicClock
    private let group: MultiThreadedEventLoopGroup
    private let bound: Mutex<[BoundListener]>

    private struct BoundListener: Sendable {
        let listener: Listener
        let channel: any Channel
        var port: Int { channel.localAddress?.port ?? 0 }
    }

    /// Listens and begins to serve.
    ///
    /// - Parameters:
    ///   - listeners: the addresses to listen on.
    ///   - table: where requests go at first; see ``update(_:)``.
    ///   - group: the event loops to work on; they are not shut down with the proxy.
    ///   - limits: the bounds on time and size.
    ///   - logger: failed connections to replicas are logged at the debug level.
    /// - Throws: ``ProxyError/listen(host:port:cause:)``; then none of the listeners is left open.
    public static func start(
        _ listeners: [Listener], table: RoutingTable, group: MultiThreadedEventLoopGroup,
        limits: ProxyLimits = ProxyLimits(), logger: Logger
    ) async throws -> ReverseProxy {
        try await start(
            listeners, table: table, group: group, limits: limits, logger: logger, clock: .system,
            seed: .random(in: .min ... .max))
    }

    static func start(
        _ listeners: [Listener], table: RoutingTable, group: MultiThreadedEventLoopGroup,
        limits: ProxyLimits, logger: Logger, clock: MonotonicClock, seed: UInt64
    ) async throws -> ReverseProxy {
        let shared = SharedTable(table)
        var random = SplitMix64(seed: seed)
        var loops: [NIOLoopBound<ProxyLoop>] = []
        for eventLoop in group.makeIterator() {
            let part = SplitMix64(seed: random.next())
            loops.append(
                try await eventLoop.submit {
                    let loop = ProxyLoop(
                        eventLoop: eventLoop, shared: shared, limits: limits, clock: clock, random: part,
                        logger: logger)
                    loop.startSweeping()
                    return NIOLoopBound(loop, eventLoop: eventLoop)
                }.get())
        }
        let eventLoops = Array(group.makeIterator())
        var bound: [BoundListener] = []
        do {
            for listener in listeners {
                let channel = try await bind(listener, group, Array(zip(eventLoops, loops)))
                bound.append(BoundListener(listener: listener, channel: channel))
            }
        } catch {
            for listener in bound { try? await listener.channel.close() }
            for (eventLoop, loop) in zip(eventLoops, loops) {
                eventLoop.execute { loop.value.stopSweeping() }
            }
            throw error
        }
        return ReverseProxy(shared, loops, eventLoops, group, bound, clock)
    }

    private init(
        _ shared: SharedTable, _ loops: [NIOLoopBound<ProxyLoop>], _ eventLoops: [any EventLoop],
        _ group: MultiThreadedEventLoopGroup, _ bound: [BoundListener], _ clock: MonotonicClock
    ) {
        self.shared = shared
        self.loops = loops
        self.eventLoops = eventLoops
        self.group = group
        self.bound = Mutex(bound)
        self.clock = clock
    }

    private static func bind(
        _ listener: Listener, _ group: MultiThreadedEventLoopGroup,
        _ loops: [(any EventLoop, NIOLoopBound<ProxyLoop>)]
    ) async throws -> any Channel {
        let byEventLoop = Dictionary(uniqueKeysWithValues: loops.map { (ObjectIdentifier($0.0), $0.1) })
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptRest())
                }
            }
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let loop = byEventLoop[ObjectIdentifier(channel.eventLoop)]?.value else {
                        throw ChannelError.inappropriateOperationForState
                    }
                    try channel.pipeline.syncOperations.addHandler(
                        ClientConnection(
                            loop: loop, audience: listener.audience,
                            address: channel.remoteAddress?.ipAddress ?? "unknown",
                            port: channel.localAddress?.port ?? 0,
                            isSurplus: loop.clientCount >= loop.limits.connectionsPerLoop))
                }
            }
        do {
            return try await bootstrap.bind(host: listener.host, port: listener.port).get()
        } catch {
            throw ProxyError.listen(host: listener.host, port: listener.port, cause: error)
        }
    }

    /// The ports listened on, in the order of the listeners.
    public var boundPorts: [Int] { bound.withLock { $0.map(\.port) } }

    /// The port of the first listener for an audience; nil when there is none.
    public func port(of audience: Listener.Audience) -> Int? {
        bound.withLock { $0.first { $0.listener.audience == audience }?.port }
    }

    /// Listens on one more address, beside the others.
    ///
    /// - Throws: ``ProxyError/listen(host:port:cause:)``; then nothing has changed.
    public func listen(on listener: Listener) async throws {
        let channel = try await Self.bind(listener, group, Array(zip(eventLoops, loops)))
        bound.withLock { $0.append(BoundListener(listener: listener, channel: channel)) }
    }

    /// Accepts no more connections on a port; those that are open end with the request under way, or soon without one.
    public func stopListening(on port: Int) async {
        await close { $0.port == port }
        let idleCloseAt = clock.now() &+ Self.idleGrace.wholeNanoseconds
        for (eventLoop, loop) in zip(eventLoops, loops) {
            eventLoop.execute {
                for client in loop.value.clients.members {
                    client.leave(port: port, idleCloseAt: idleCloseAt)
                }
                for client in loop.value.http2Clients.members where client.port == port {
                    client.leave(idleCloseAt: idleCloseAt)
                }
            }
        }
    }

    func stopListening() async { await close { _ in true } }

    private func close(where isMeant: (BoundListener) -> Bool) async {
        let closing = bound.withLock { bound in
            let meant = bound.filter(isMeant)
            bound.removeAll(where: isMeant)
            return meant
        }
        for listener in closing { try? await listener.channel.close() }
    }
}
