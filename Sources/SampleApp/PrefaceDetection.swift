import NIOCore

/// Waits for a connection's first bytes and says whether they are HTTP/2's preface; then takes itself out
/// and passes them on.
final class PrefaceDetection: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    /// Sets the connection up for what it turned out to be.
    private let configure: (_ isHTTP2: Bool) -> EventLoopFuture<Void>
    private var buffer = ByteBuffer()
    private var isDecided = false

    init(configure: @escaping (_ isHTTP2: Bool) -> EventLoopFuture<Void>) {
        self.configure = configure
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        buffer.writeBuffer(&bytes)
        guard !isDecided else { return }
        let begin = buffer.readableBytesView.prefix(Self.preface.count)
        let couldBe = begin.elementsEqual(Self.preface.prefix(begin.count))
        guard !couldBe || begin.count == Self.preface.count else { return }
        isDecided = true
        let pipeline = context.pipeline.syncOperations
        configure(couldBe).assumeIsolated().whenComplete { result in
            guard case .success = result else { return context.close(promise: nil) }
            pipeline.removeHandler(self, promise: nil)
        }
    }

    func removeHandler(context: ChannelHandlerContext, removalToken: ChannelHandlerContext.RemovalToken) {
        context.fireChannelRead(wrapInboundOut(buffer))
        context.fireChannelReadComplete()
        context.leavePipeline(removalToken: removalToken)
    }
}
