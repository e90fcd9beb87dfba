import Glibc
import NIOCore

/// Lets a listener rest for a moment when a connection can't be accepted for want of descriptors or memory: it would
/// be tried again at once, and the event loop do nothing else.
final class AcceptRest: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private static let length = TimeAmount.milliseconds(100)

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let code = (error as? IOError)?.errnoCode, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code)
        else {
            return context.fireErrorCaught(error)
        }
        let options = context.channel.syncOptions
        try? options?.setOption(.autoRead, value: false)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.length) {
            // Fails when the listener has been closed meanwhile.
            try? options?.setOption(.autoRead, value: true)
        }
    }
}
