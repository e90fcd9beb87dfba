import NIOCore
import NIOPosix
import Synchronization

/// An HTTP proxy that opens a tunnel for whoever asks by CONNECT; whatever the name, it leads to one port of loopback.
final class TunnelProxy: Sendable {
    private let asked = Mutex<[String]>([])
    private let listener: Mutex<(any Channel)?> = Mutex(nil)
    private let target: Int

    init(to port: Int) async throws {
        target = port
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { [weak self] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Tunnel(proxy: self))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        listener.withLock { $0 = channel }
    }

    var url: String { "http://127.0.0.1:\(listener.withLock { $0?.localAddress?.port } ?? 0)" }

    /// What tunnels were asked for, as `host:port`.
    var targets: [String] { asked.withLock { $0 } }

    func stop() async { try? await listener.withLock { $0 }?.close() }

    /// One connection: the request, then what belongs to the tunnel.
    private final class Tunnel: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private weak let proxy: TunnelProxy?
        private var head = ""
        private var waiting: [ByteBuffer] = []
        private var other: (any Channel)?

        init(proxy: TunnelProxy?) { self.proxy = proxy }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data)
            if let other { return other.writeAndFlush(bytes, promise: nil) }
            guard !head.hasSuffix("\r\n\r\n") else { return waiting.append(bytes) }
            head += String(buffer: bytes)
            guard head.hasSuffix("\r\n\r\n"), let proxy else { return }
            let words = head.split(separator: " ")
            guard words.first == "CONNECT", words.count > 1 else { return context.close(promise: nil) }
            proxy.asked.withLock { $0.append(String(words[1])) }
            open(context, to: proxy.target)
        }

        private func open(_ context: ChannelHandlerContext, to port: Int) {
            let (client, bound) = (context.channel, NIOLoopBound(self, eventLoop: context.eventLoop))
            ClientBootstrap(group: context.eventLoop)
                .channelInitializer { server in
                    server.eventLoop.makeCompletedFuture {
                        try server.pipeline.syncOperations.addHandler(Return(to: client))
                    }
                }
                .connect(host: "127.0.0.1", port: port)
                .whenComplete { result in
                    guard case .success(let server) = result else { return client.close(promise: nil) }
                    bound.value.other = server
                    client.writeAndFlush(ByteBuffer(string: "HTTP/1.1 200 OK\r\n\r\n"), promise: nil)
                    for bytes in bound.value.waiting { server.writeAndFlush(bytes, promise: nil) }
                }
        }

        func channelInactive(context: ChannelHandlerContext) { other?.close(promise: nil) }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    private final class Return: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let client: any Channel

        init(to client: any Channel) { self.client = client }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            client.writeAndFlush(unwrapInboundIn(data), promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { client.close(promise: nil) }
    }
}
