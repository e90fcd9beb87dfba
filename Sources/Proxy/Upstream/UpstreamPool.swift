import NIOCore
import NIOPosix

/// The connections of one event loop to one replica.
final class UpstreamPool {
    let endpoint: Endpoint
    /// In the routing table; connections to other replicas are closed after use.
    var isCurrent = true
    /// Requests under way, and connections being made for requests.
    var inFlight = 0
    /// The replica lately refused a connection, and is passed over until then if possible.
    var refusedUntil: UInt64 = 0

    private unowned let loop: ProxyLoop
    private let address: SocketAddress?
    private var idle: [UpstreamConnection] = []
    /// The connections for HTTP/2 calls, which share them.
    private(set) lazy var http2 = HTTP2Pool(pool: self, loop: loop)

    init(endpoint: Endpoint, loop: ProxyLoop) {
        self.endpoint = endpoint
        self.loop = loop
        // A name is resolved for each connection, since what it stands for may change.
        address = try? SocketAddress(ipAddress: endpoint.host, port: endpoint.port)
    }

    /// Takes the connection that was used last, if there is any.
    @inline(__always)
    func takeIdle() -> UpstreamConnection? { idle.popLast() }

    /// Keeps a connection for the next request, or closes it when it is not wanted.
    @inline(__always)
    func park(_ connection: UpstreamConnection) {
        guard isCurrent, idle.count < loop.limits.upstreamIdleConnections else {
            connection.closeNow()
            return
        }
        connection.deadline = loop.coarseNow &+ loop.times.upstreamIdle
        idle.append(connection)
    }

    func forget(_ connection: UpstreamConnection) {
        if let index = idle.lastIndex(where: { $0 === connection }) { idle.remove(at: index) }
    }

    func closeIdle() {
        let closing = idle
        idle = []
        for connection in closing { connection.closeNow() }
        http2.retire()
    }

    /// Opens a connection; `done` is called on the event loop.
    func connect(_ done: @escaping (Result<UpstreamConnection, any Error>) -> Void) {
        inFlight += 1
        let bound = NIOLoopBound((loop: loop, pool: self), eventLoop: loop.eventLoop)
        dial { channel in
            try channel.pipeline.syncOperations.addHandler(
                UpstreamConnection(loop: bound.value.loop, pool: bound.value.pool))
        } done: { result in
            self.inFlight -= 1
            done(Result { try result.get().pipeline.syncOperations.handler(type: UpstreamConnection.self) })
        }
    }

    /// Goes on with HTTP/2 calls that wait, a while after the replica refused the connection for them: the other
    /// connections may have no room for them in a long time.
    func dialAgain() {
        guard refusedUntil > 0, refusedUntil <= loop.coarseNow else { return }
        refusedUntil = 0
        http2.serve()
    }

    /// Connects; a failure is remembered for a while. `done` is called on the event loop.
    func dial(
        _ initialize: @escaping @Sendable (any Channel) throws -> Void,
        done: @escaping (Result<any Channel, any Error>) -> Void
    ) {
        let bootstrap = ClientBootstrap(group: loop.eventLoop)
            .connectTimeout(.nanoseconds(Int64(clamping: loop.limits.connect.wholeNanoseconds)))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try initialize(channel) }
            }
        let connecting =
            address.map(bootstrap.connect(to:)) ?? bootstrap.connect(host: endpoint.host, port: endpoint.port)
        connecting.assumeIsolated().whenComplete { result in
            if case .failure = result {
                self.refusedUntil = self.loop.coarseNow + self.loop.times.refusedPause
            }
            done(result)
        }
    }
}
