import NIOCore
import NIOPosix

/// A proxy that opens every tunnel it is asked for, to one loopback port.
final class TunnellingProxy: Sendable {
    private let channel: any Channel

    var port: Int { channel.localAddress?.port ?? 0 }

    private init(channel: any Channel) { self.channel = channel }

    static func start(to port: Int) async throws -> TunnellingProxy {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Near(port: port))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return TunnellingProxy(channel: channel)
    }

    func stop() async { try? await channel.close() }

    /// The client's side.
    private final class Near: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let port: Int
        private var request = ByteBuffer()
        private var far: (any Channel)?

        init(port: Int) { self.port = port }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var bytes = unwrapInboundIn(data)
            if let far { return far.writeAndFlush(bytes, promise: nil) }
            request.writeBuffer(&bytes)
            guard String(buffer: request).hasSuffix("\r\n\r\n") else { return }
            let near = context.channel
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            ClientBootstrap(group: context.eventLoop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(Far(near: near))
                    }
                }
                .connect(host: "127.0.0.1", port: port).whenComplete { result in
                    let (this, context) = bound.value
                    this.far = try? result.get()
                    let answer = ByteBuffer(string: "HTTP/1.1 200 Connection established\r\n\r\n")
                    context.writeAndFlush(this.wrapOutboundOut(answer), promise: nil)
                }
        }

        func channelInactive(context: ChannelHandlerContext) { far?.close(promise: nil) }
    }

    /// The server's side.
    private final class Far: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let near: any Channel

        init(near: any Channel) { self.near = near }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            near.writeAndFlush(unwrapInboundIn(data), promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { near.close(promise: nil) }
    }
}
