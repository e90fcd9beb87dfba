import NIOCore
import NIOPosix
import Synchronization

/// A server on a free loopback port that answers each request, or whatever comes first, with given bytes.
final class RawServer: Sendable {
    private let channel: any Channel
    private let log: Log

    /// Everything that was received, by connection.
    final class Log: Sendable {
        let received = Mutex<[String]>([])
    }

    var port: Int { channel.localAddress?.port ?? 0 }
    var received: [String] { log.received.withLock { $0 } }

    private init(channel: any Channel, log: Log) {
        self.channel = channel
        self.log = log
    }

    /// - Parameters:
    ///   - answer: what is sent for what was received so far; nil to wait for more. Afterwards what was
    ///     received counts as read.
    ///   - closes: whether the connection ends after an answer.
    static func start(
        closes: Bool = false, answer: @escaping @Sendable (String) -> String?
    ) async throws -> RawServer {
        let log = Log()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        Connection(log: log, closes: closes, answer: answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return RawServer(channel: channel, log: log)
    }

    func stop() async {
        try? await channel.close()
    }

    private final class Connection: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let log: Log
        private let closes: Bool
        private let answer: (String) -> String?
        private var received = ""

        init(log: Log, closes: Bool, answer: @escaping (String) -> String?) {
            self.log = log
            self.closes = closes
            self.answer = answer
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += String(buffer: unwrapInboundIn(data))
            guard let reply = answer(received) else { return }
            log.received.withLock { $0.append(received) }
            received = ""
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: reply)), promise: nil)
            if closes { context.close(promise: nil) }
        }
    }
}
