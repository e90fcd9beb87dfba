import NIOCore
import NIOHTTP2

/// The HTTP/2 connections of one event loop to one replica: as few as its limit of streams allows.
final class HTTP2Pool {
    private unowned let pool: UpstreamPool
    private unowned let loop: ProxyLoop
    private var connections: [HTTP2Upstream] = []
    private var waiting: [HTTP2Call] = []
    private var dialling = 0
    /// How many streams at a time the replica lately allowed on a connection.
    var mostStreams: Int

    init(pool: UpstreamPool, loop: ProxyLoop) {
        self.pool = pool
        self.loop = loop
        mostStreams = loop.limits.streamsPerConnection
    }

    /// Has a call run on a connection, now or as soon as one has room.
    func place(_ call: HTTP2Call) {
        while let connection = connections.first(where: { $0.room > 0 }) {
            // A call that must not be sent twice gets only a connection that is surely alive.
            if call.isIdempotent || connection.isBusy || connection.isStillOpen {
                return call.run(on: connection)
            }
            connection.link.close()
        }
        waiting.append(call)
        dial()
    }

    /// A call no longer waits.
    func leave(_ call: HTTP2Call) { waiting.removeAll { $0 === call } }

    /// Places calls that wait.
    func serve() {
        while !waiting.isEmpty, let connection = connections.first(where: { $0.room > 0 }) {
            waiting.removeFirst().run(on: connection)
        }
        dial()
    }

    func forget(_ connection: HTTP2Upstream) {
        // One that was refused was never here: to connect again at once would never end.
        guard let place = connections.firstIndex(where: { $0 === connection }) else { return }
        connections.remove(at: place)
        serve()
    }

    /// Takes no calls any more on the present connections, which close when theirs have ended.
    func retire() {
        let retired = connections
        connections = []
        for connection in retired { connection.retire() }
    }

    private func dial() {
        guard waiting.count > dialling * mostStreams,
            connections.count + dialling < loop.limits.http2ConnectionsPerReplica
        else { return }
        dialling += 1
        let bound = NIOLoopBound((loop: loop, pool: pool), eventLoop: loop.eventLoop)
        let pool = pool
        pool.dial { channel in
            let upstream = HTTP2Upstream(loop: bound.value.loop, pool: bound.value.pool)
            let frames = NIOHTTP2Handler.forReplica(bound.value.loop.limits, watch: upstream.link.watch)
            try channel.pipeline.syncOperations.addHandlers([frames, upstream.link])
        } done: { result in
            // The pool of connections lives as long as that of the replica.
            if case .failure(let error) = result { pool.http2.connectFailed(error) }
        }
    }

    /// A connection is there.
    func opened(_ connection: HTTP2Upstream) {
        dialling -= 1
        connections.append(connection)
        serve()
        if !pool.isCurrent || loop.drain != nil { retire() }
    }

    private func connectFailed(_ error: any Error) {
        dialling -= 1
        guard connections.isEmpty else { return }
        let failed = waiting
        waiting = []
        loop.flushes.beginBatch()
        for call in failed { call.connectFailed(error) }
        loop.flushes.endBatch()
    }
}
