import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A server on a free loopback port that misbehaves as the path says, and remembers what it was sent.
final class ScriptedServer: Sendable {
    struct Received: Sendable {
        let head: HTTPRequestHead
        let body: String
        let connection: Int
    }

    private let received = Mutex<[Received]>([])
    private let channel: any Channel

    var requests: [Received] { received.withLock { $0 } }
    var connections: Int { Set(requests.map(\.connection)).count }
    var port: Int { channel.localAddress?.port ?? 0 }
    var url: String { "http://127.0.0.1:\(port)" }

    private init(channel: any Channel, log: Log) {
        self.channel = channel
        log.server.withLock { $0 = self }
    }

    /// Lets handlers made before the server find it.
    private final class Log: Sendable {
        let server = Mutex<ScriptedServer?>(nil)
    }

    static func start() async throws -> ScriptedServer {
        let log = Log()
        let accepted = Mutex(0)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(
                        Script(
                            number: accepted.withLock {
                                $0 += 1; return $0
                            },
                            record: { request in
                                log.server.withLock { server in
                                    server?.received.withLock {
                                        $0.append(request)
                                        return $0.count
                                    } ?? 0
                                }
                            }))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return ScriptedServer(channel: channel, log: log)
    }

    func stop() async {
        try? await channel.close()
    }
}

/// One connection of the server.
private final class Script: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let number: Int
    /// Remembers a request, and says which of the server's it is, from 1.
    private let record: (ScriptedServer.Received) -> Int
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()

    init(number: Int, record: @escaping (ScriptedServer.Received) -> Int) {
        self.number = number
        self.record = record
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): (self.head, body) = (head, ByteBuffer())
        case .body(var bytes): body.writeBuffer(&bytes)
        case .end:
            guard let head else { return }
            let count = record(.init(head: head, body: String(buffer: body), connection: number))
            answer(head, count, context)
        }
    }

    private func answer(_ head: HTTPRequestHead, _ count: Int, _ context: ChannelHandlerContext) {
        let path = head.uri.split(separator: "/").map(String.init)
        switch path.first {
        case "status": respond(context, Int(path[1]) ?? 500)
        case "sleep": sleep(context, milliseconds: Int64(path[1]) ?? 0)
        case "stall-once":
            // The request of that number waits; the others are answered at once.
            let isIt = count == Int(path[2])
            sleep(context, milliseconds: isIt ? Int64(path[1]) ?? 0 : 0)
        case "sleep-each":
            // Each n-th sleeps long, the others short.
            let isLong = count.isMultiple(of: Int(path[1]) ?? 1)
            sleep(context, milliseconds: Int64(path[isLong ? 2 : 3]) ?? 0)
        case "close": context.close(promise: nil)
        case "once": respond(context, 200, thenClose: true)
        case "half": raw(context, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", thenClose: true)
        case "garbage": raw(context, "SSH-2.0-OpenSSH_9.2\r\n\r\n", thenClose: false)
        case "endless": endless(context)
        case "silent": break
        case "reset": reset(context)
        case "to":
            respond(context, Int(path[1]) ?? 302, location: "/" + path.dropFirst(2).joined(separator: "/"))
        case "loop": respond(context, 302, location: "/loop")
        case "nowhere": respond(context, 302)
        default: respond(context, 200)
        }
    }

    private func respond(
        _ context: ChannelHandlerContext, _ code: Int, location: String? = nil, thenClose: Bool = false
    ) {
        var headers: HTTPHeaders = ["Content-Length": "5"]
        if let location { headers.add(name: "Location", value: location) }
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: code), headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: "hello")))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        // Closing a little later is what a server does whose keep-alive time is over.
        if thenClose {
            context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(5)) {
                context.close(promise: nil)
            }
        }
    }

    private func sleep(_ context: ChannelHandlerContext, milliseconds: Int64) {
        context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(milliseconds)) {
            self.respond(context, 200)
        }
    }

    private func raw(_ context: ChannelHandlerContext, _ text: String, thenClose: Bool) {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.channel.pipeline.context(handlerType: HTTPResponseEncoder.self).assumeIsolated().whenSuccess {
            $0.writeAndFlush(NIOAny(ByteBuffer(string: text)), promise: nil)
            if thenClose { bound.value.close(promise: nil) }
        }
    }

    private func endless(_ context: ChannelHandlerContext) {
        let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["Transfer-Encoding": "chunked"])
        context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
        chunk(context)
    }

    private func chunk(_ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        let bytes = ByteBuffer(repeating: 0x78, count: 1024)
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(bytes))), promise: nil)
        context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(2)) { self.chunk(context) }
    }

    private func reset(_ context: ChannelHandlerContext) {
        let channel = NIOLoopBound(context.channel, eventLoop: context.eventLoop)
        guard let provider = context.channel as? any SocketOptionProvider else { return }
        provider.setSoLinger(.init(l_onoff: 1, l_linger: 0)).whenComplete { _ in
            channel.value.close(promise: nil)
        }
    }
}
