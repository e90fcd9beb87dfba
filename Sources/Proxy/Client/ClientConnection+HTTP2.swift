import NIOCore

/// A client that begins with HTTP/2 (RFC 9113, 3.3), as gRPC's do, is passed through as a whole: the routes
/// decide once for its connection, which is counted as one request.
extension ClientConnection {
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    /// Whether what has arrived on a new connection begins as HTTP/2 does, as far as it goes.
    var mayBeHTTP2: Bool {
        guard exchange.started == 0 else { return false }
        let begin = inbound.readableBytesView.prefix(Self.preface.count)
        return begin.elementsEqual(Self.preface.prefix(begin.count))
    }

    /// Passes the connection through once its preface is complete.
    func passThrough() {
        guard inbound.readableBytes >= Self.preface.count else { return }
        loop.refreshRoutes()
        exchange = Exchange()
        exchange.started = loop.clock.now()
        loop.coarseNow = exchange.started
        exchange.side = loop.routes.side(for: audience)
        exchange.isHTTP2 = true
        exchange.isIdempotent = true
        exchange.isRequestComplete = true
        exchange.needsNewConnection = true
        deadline = .max
        attempt()
    }

    /// Lets bytes pass both ways from now on.
    func tunnel(to connection: UpstreamConnection) {
        state = .tunnel
        upstream = connection
        connection.begin(.client(self), answersHead: false)
        connection.state = .tunnel
        connection.deadline = .max
        deadline = loop.coarseNow &+ loop.times.tunnelIdle
        count(.served)
        connection.send(inbound)
        inbound = ByteBuffer()
    }
}
