import HTTP1
import NIOCore

/// Asks an HTTP proxy for a tunnel to a server, and leaves the pipeline when it is there.
final class ProxyTunnel: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let mostHeadBytes = 64 * 1024

    private let request: String
    private let name: String
    private var ended: ((ChannelHandlerContext, LoadFailure?) -> Void)?
    private var received = ByteBuffer()
    private let fields = HeadFields()

    /// - Parameter ended: called once, with what went wrong.
    init(
        to target: LoadTarget, through proxy: ForwardProxy,
        ended: @escaping (ChannelHandlerContext, LoadFailure?) -> Void
    ) {
        let host = target.host.contains(":") ? "[\(target.host)]" : target.host
        let authority = "\(host):\(target.port)"
        let credentials = proxy.authorization.map { "Proxy-Authorization: \($0)\r\n" } ?? ""
        request =
            "CONNECT \(authority) HTTP/1.1\r\nHost: \(authority)\r\n"
            + "User-Agent: \(LoadRequest.userAgent)\r\n\(credentials)\r\n"
        name = authority
        self.ended = ended
    }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: request)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
        var head = ResponseHead()
        let isComplete: Bool
        do {
            isComplete = try received.withUnsafeReadableBytes { raw in
                guard let base = raw.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return false }
                return try head.read(base, raw.count, into: fields)
            }
        } catch {
            return end(context, .proxy("answered CONNECT with something that is not HTTP"))
        }
        guard isComplete else {
            if received.readableBytes > Self.mostHeadBytes { end(context, .proxy("sent an endless head")) }
            return
        }
        guard head.status == 200 else {
            return end(context, .proxy("answered CONNECT \(name) with \(head.status)"))
        }
        end(context, nil)
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(context, .proxy("closed the connection instead of answering CONNECT"))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(context, .exchange(error))
    }

    private func end(_ context: ChannelHandlerContext, _ failure: LoadFailure?) {
        ended?(context, failure)
        ended = nil
    }
}
