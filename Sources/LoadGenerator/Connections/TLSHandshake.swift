import NIOCore
import NIOTLS

/// Waits for the end of a TLS handshake, tells who waits, and leaves the pipeline.
final class TLSHandshake: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private var ended: ((ChannelHandlerContext, Result<String?, any Error>) -> Void)?

    /// - Parameter ended: called once, with the protocol that was chosen (ALPN).
    init(ended: @escaping (ChannelHandlerContext, Result<String?, any Error>) -> Void) {
        self.ended = ended
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .handshakeCompleted(let chosen) = event as? TLSUserEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        end(context, .success(chosen))
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(context, .failure(error))
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(context, .failure(ChannelError.eof))
        context.fireChannelInactive()
    }

    private func end(_ context: ChannelHandlerContext, _ result: Result<String?, any Error>) {
        ended?(context, result)
        ended = nil
    }
}
