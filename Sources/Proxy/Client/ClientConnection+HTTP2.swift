import NIOCore
import NIOHTTP2

/// A client that begins with HTTP/2 (RFC 9113, 3.3), as gRPC's do, gets handlers for that in place of this one.
extension ClientConnection {
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    /// Whether what has arrived on a new connection begins as HTTP/2 does, as far as it goes.
    var mayBeHTTP2: Bool {
        guard exchange.started == 0 else { return false }
        let begin = inbound.readableBytesView.prefix(Self.preface.count)
        return begin.elementsEqual(Self.preface.prefix(begin.count))
    }

    /// Hands the connection over once its preface is complete.
    func becomeHTTP2() {
        guard inbound.readableBytes >= Self.preface.count, let context else { return }
        resume()
        let bytes = inbound
        inbound = ByteBuffer()
        state = .closed
        let client = HTTP2Client(
            loop: loop, audience: audience, address: String(decoding: client.address, as: UTF8.self),
            port: port)
        do {
            let frames = NIOHTTP2Handler.forClient(loop.limits, watch: client.link.watch)
            try context.pipeline.syncOperations.addHandler(frames, position: .after(self))
            try context.pipeline.syncOperations.addHandler(client.link, position: .after(frames))
        } catch {
            return context.close(promise: nil)
        }
        if isLeaving || loop.drain != nil { client.leave(idleCloseAt: loop.coarseNow) }
        context.fireChannelRead(wrapInboundOut(bytes))
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
}
