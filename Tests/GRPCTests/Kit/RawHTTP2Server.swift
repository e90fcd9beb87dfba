import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import Synchronization

/// An HTTP/2 server on a free loopback port that answers with frames of the test's choice.
final class RawHTTP2Server: Sendable {
    /// Called when a call has arrived.
    typealias Script = @Sendable (_ call: Call) -> Void

    /// A call to answer, on its event loop.
    struct Call {
        let context: ChannelHandlerContext
        let stream: HTTP2StreamID
        let connection: Int
        let number: Int

        func write(_ payload: HTTP2Frame.FramePayload, on stream: HTTP2StreamID? = nil) {
            let frame = HTTP2Frame(streamID: stream ?? self.stream, payload: payload)
            context.writeAndFlush(NIOAny(frame), promise: nil)
        }

        func headers(_ fields: HPACKHeaders, endStream: Bool = false) {
            write(.headers(.init(headers: fields, endStream: endStream)))
        }

        func data(_ bytes: [UInt8], endStream: Bool = false) {
            write(.data(.init(data: .byteBuffer(ByteBuffer(bytes: bytes)), endStream: endStream)))
        }

        /// An empty message and OK.
        func succeed() {
            headers([":status": "200", "content-type": "application/grpc"])
            data([0, 0, 0, 0, 0])
            headers(["grpc-status": "0"], endStream: true)
        }
    }

    private final class Counter: Sendable {
        let count = Mutex(0)
    }

    private let channel: any Channel
    private let counter: Counter

    var port: Int { channel.localAddress?.port ?? 0 }
    var connections: Int { counter.count.withLock { $0 } }

    private init(channel: any Channel, counter: Counter) {
        self.channel = channel
        self.counter = counter
    }

    static func start(
        settings: HTTP2Settings = nioDefaultSettings, _ script: @escaping Script
    ) async throws -> RawHTTP2Server {
        let counter = Counter()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let number = counter.count.withLock { count in
                        count += 1
                        return count
                    }
                    try channel.pipeline.syncOperations.addHandlers(
                        NIOHTTP2Handler(mode: .server, initialSettings: settings),
                        Connection(number: number, script: script))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return RawHTTP2Server(channel: channel, counter: counter)
    }

    func stop() async { try? await channel.close() }
}

private final class Connection: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame

    private let number: Int
    private let script: RawHTTP2Server.Script
    private var calls = 0

    init(number: Int, script: @escaping RawHTTP2Server.Script) {
        (self.number, self.script) = (number, script)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        guard case .data(let payload) = frame.payload else { return }
        let length = payload.data.readableBytes
        for stream in [HTTP2StreamID.rootStream, frame.streamID] where length > 0 {
            let room = HTTP2Frame(streamID: stream, payload: .windowUpdate(windowSizeIncrement: length))
            if stream == .rootStream || !payload.endStream { context.write(NIOAny(room), promise: nil) }
        }
        context.flush()
        guard payload.endStream else { return }
        calls += 1
        script(.init(context: context, stream: frame.streamID, connection: number, number: calls))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
