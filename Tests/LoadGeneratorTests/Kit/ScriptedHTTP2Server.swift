import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import Synchronization

/// An HTTP/2 server without TLS that misbehaves as the path says, and counts what it is sent.
final class ScriptedHTTP2Server: Sendable {
    /// What it has seen.
    struct Seen: Sendable {
        var connections = 0
        var requests: [HPACKHeaders] = []
        var bodyBytes = 0
        var mostStreams = 0
    }

    private let channel: any Channel
    private let log: Log

    private final class Log: Sendable {
        let seen = Mutex(Seen())
    }

    var seen: Seen { log.seen.withLock { $0 } }
    var url: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }

    private init(channel: any Channel, log: Log) {
        self.channel = channel
        self.log = log
    }

    static func start(mostStreams: Int = 100) async throws -> ScriptedHTTP2Server {
        let log = Log()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    log.seen.withLock { $0.connections += 1 }
                    var configuration = NIOHTTP2Handler.ConnectionConfiguration()
                    configuration.contentLengthValidation = .disabled
                    configuration.initialSettings = [
                        HTTP2Setting(parameter: .maxConcurrentStreams, value: mostStreams)
                    ]
                    try channel.pipeline.syncOperations.addHandlers([
                        NIOHTTP2Handler(mode: .server, connectionConfiguration: configuration),
                        Connection(log: log),
                    ])
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return ScriptedHTTP2Server(channel: channel, log: log)
    }

    func stop() async {
        try? await channel.close()
    }

    private final class Connection: ChannelInboundHandler {
        typealias InboundIn = HTTP2Frame
        typealias OutboundOut = HTTP2Frame

        private let log: Log
        private var paths: [HTTP2StreamID: String] = [:]
        private var isFirst = false

        init(log: Log) { self.log = log }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let frame = unwrapInboundIn(data)
            switch frame.payload {
            case .headers(let head):
                paths[frame.streamID] = head.headers.first(name: ":path") ?? ""
                let streams = paths.count
                isFirst = log.seen.withLock {
                    $0.requests.append(head.headers)
                    $0.mostStreams = max($0.mostStreams, streams)
                    return $0.requests.count == 1
                }
                if head.endStream { answer(frame.streamID, context) }
            case .data(let data):
                let size = data.data.readableBytes
                log.seen.withLock { $0.bodyBytes += size }
                if size > 0 {
                    write(.windowUpdate(windowSizeIncrement: size), .rootStream, context)
                    if !data.endStream {
                        write(.windowUpdate(windowSizeIncrement: size), frame.streamID, context)
                    }
                }
                context.flush()
                if data.endStream { answer(frame.streamID, context) }
            default: break
            }
        }

        private func answer(_ stream: HTTP2StreamID, _ context: ChannelHandlerContext) {
            let path = paths[stream] ?? ""
            switch path {
            case "/silent": return
            case "/reset": write(.rstStream(.internalError), stream, context)
            case "/refuse-first" where isFirst: write(.rstStream(.refusedStream), stream, context)
            case "/away-first" where isFirst:
                write(
                    .goAway(lastStreamID: .rootStream, errorCode: .noError, opaqueData: nil), .rootStream,
                    context)
            case "/half":
                head(stream, ["content-length": "100"], context)
                body("half", stream, context)
            case "/begun": head(stream, [:], context)
            case "/close":
                context.close(promise: nil)
                return
            case "/slow":
                context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(20)) {
                    self.ordinary(stream, context)
                    context.flush()
                }
                return
            case "/large":
                head(stream, [:], context)
                for _ in 0..<200 {
                    let bytes = ByteBuffer(repeating: 0x78, count: 100_000)
                    write(.data(.init(data: .byteBuffer(bytes))), stream, context)
                }
                body("", stream, context)
            default: return ordinary(stream, context)
            }
            paths[stream] = nil
            context.flush()
        }

        private func ordinary(_ stream: HTTP2StreamID, _ context: ChannelHandlerContext) {
            paths[stream] = nil
            head(stream, [:], context)
            body("hello", stream, context)
            context.flush()
        }

        private func head(_ stream: HTTP2StreamID, _ more: HPACKHeaders, _ context: ChannelHandlerContext) {
            write(.headers(.init(headers: [":status": "200"] + more)), stream, context)
        }

        private func body(_ text: String, _ stream: HTTP2StreamID, _ context: ChannelHandlerContext) {
            write(.data(.init(data: .byteBuffer(ByteBuffer(string: text)), endStream: true)), stream, context)
        }

        private func write(
            _ payload: HTTP2Frame.FramePayload, _ stream: HTTP2StreamID, _ context: ChannelHandlerContext
        ) {
            context.write(wrapOutboundOut(HTTP2Frame(streamID: stream, payload: payload)), promise: nil)
        }
    }
}

private func + (one: HPACKHeaders, two: HPACKHeaders) -> HPACKHeaders {
    var sum = one
    sum.add(contentsOf: two)
    return sum
}
