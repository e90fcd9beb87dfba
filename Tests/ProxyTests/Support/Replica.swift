import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

@testable import Proxy

/// A replica on NIO's own HTTP decoder, an independent judge of what the proxy sends.
final class Replica: Sendable {
    struct Request: Sendable {
        var head: HTTPRequestHead
        var body: [UInt8]
        var connection: Int
    }

    struct Reply: Sendable {
        var status = HTTPResponseStatus.ok
        var headers: HTTPHeaders = [:]
        var body = "ok"
        var delay = TimeAmount.zero
        /// Ends the connection in place of an answer.
        var hangsUp = false
    }

    private let channel: any Channel
    private let log: Log

    final class Log: Sendable {
        let requests = Mutex<[Request]>([])
        let connections = Atomic<Int>(0)
        let open = Mutex<[any Channel]>([])
    }

    private init(_ channel: any Channel, _ log: Log) {
        self.channel = channel
        self.log = log
    }

    static func start(
        port: Int = 0, _ answer: @escaping @Sendable (Request) -> Reply = { _ in Reply() }
    ) async throws -> Replica {
        let log = Log()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                let number = log.connections.add(1, ordering: .relaxed).newValue
                log.open.withLock { $0.append(channel) }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: false)
                    try channel.pipeline.syncOperations.addHandler(ReplicaHandler(log, number, answer))
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        return Replica(channel, log)
    }

    var endpoint: Endpoint { Endpoint(host: "127.0.0.1", port: channel.localAddress!.port!) }
    var requests: [Request] { log.requests.withLock { $0 } }
    var connections: Int { log.connections.load(ordering: .relaxed) }
    var openConnections: Int { log.open.withLock { $0.filter(\.isActive).count } }

    /// Stops listening; connections stay.
    func stopListening() async { try? await channel.close() }

    /// Ends everything at once.
    func stop() async {
        try? await channel.close()
        for channel in log.open.withLock({ $0 }) { try? await channel.close() }
    }
}

private final class ReplicaHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let log: Replica.Log
    private let number: Int
    private let answer: @Sendable (Replica.Request) -> Replica.Reply
    private var request: Replica.Request?

    init(_ log: Replica.Log, _ number: Int, _ answer: @escaping @Sendable (Replica.Request) -> Replica.Reply)
    {
        self.log = log
        self.number = number
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): request = Replica.Request(head: head, body: [], connection: number)
        case .body(let bytes): request?.body += Array(bytes.readableBytesView)
        case .end:
            guard let request else { return }
            log.requests.withLock { $0.append(request) }
            let reply = answer(request)
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            if reply.delay == .zero {
                send(reply, request.head, context)
            } else {
                context.eventLoop.scheduleTask(in: reply.delay) {
                    bound.value.0.send(reply, request.head, bound.value.1)
                }
            }
        }
    }

    private func send(_ reply: Replica.Reply, _ request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        guard !reply.hangsUp else { return context.close(promise: nil) }
        var head = HTTPResponseHead(version: .http1_1, status: reply.status, headers: reply.headers)
        if !head.headers.contains(name: "transfer-encoding"), reply.status != .noContent {
            head.headers.add(name: "Content-Length", value: "\(reply.body.utf8.count)")
        }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if request.method != .HEAD {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: reply.body)))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
