import NIOCore
import NIOHTTP1

/// What a connection tells about the request sent on it.
protocol ConnectionDelegate: AnyObject {
    func connection(_ connection: HTTP1Connection, received head: HTTPResponseHead)
    func connection(_ connection: HTTP1Connection, received bytes: Int)
    func connectionReceivedEnd(_ connection: HTTP1Connection)
    /// The connection is of no use any more; nil when it was closed in order.
    func connection(_ connection: HTTP1Connection, failed error: (any Error)?)
}

/// An HTTP/1.1 connection; bound to its event loop.
final class HTTP1Connection: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// Who is told; nil after ``close()``.
    weak var delegate: (any ConnectionDelegate)?
    /// The server it leads to.
    let target: LoadTarget
    /// Requests sent so far.
    private(set) var requests = 0
    private var context: ChannelHandlerContext?

    init(target: LoadTarget) {
        self.target = target
    }

    /// Sends a request; the previous answer must have ended.
    func send(_ head: HTTPRequestHead, body: ByteBuffer?) {
        guard let context else { return }
        requests += 1
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if let body { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// Closes without telling the delegate.
    func close() {
        delegate = nil
        context?.close(promise: nil)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): delegate?.connection(self, received: head)
        case .body(let bytes): delegate?.connection(self, received: bytes.readableBytes)
        case .end: delegate?.connectionReceivedEnd(self)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        let delegate = delegate
        self.delegate = nil
        delegate?.connection(self, failed: nil)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let delegate = delegate
        self.delegate = nil
        context.close(promise: nil)
        delegate?.connection(self, failed: error)
    }
}
