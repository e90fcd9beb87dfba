import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import Synchronization

@testable import Proxy

/// What came on one stream.
struct StreamRecord: Sendable {
    var heads: [HPACKHeaders] = []
    var body: [UInt8] = []
    var bodyCount = 0
    var isEnded = false
    var reset: HTTP2ErrorCode?

    /// The head that is not an interim one.
    var head: HPACKHeaders? { heads.first { ($0.first(name: ":status") ?? "200") >= "200" } }
    var status: String? { head?.first(name: ":status") }
    var text: String { String(decoding: body, as: UTF8.self) }
    var isOver: Bool { isEnded || reset != nil }
}

/// One side of an HTTP/2 connection that a test drives frame by frame.
final class FramePeer: Sendable {
    /// What a replica does: called on the event loop for each frame of a stream.
    typealias Script = @Sendable (_ peer: FramePeer, _ stream: HTTP2StreamID, _ record: StreamRecord) -> Void

    struct Log: Sendable {
        var streams: [HTTP2StreamID: StreamRecord] = [:]
        var goAways: [HTTP2ErrorCode] = []
        var pings = 0
        var isClosed = false
    }

    let channel: any Channel
    let log = Mutex(Log())

    init(_ channel: any Channel) { self.channel = channel }

    static func connect(_ port: Int, window: Int = 65_535, acknowledges: Bool = true) async throws
        -> FramePeer
    {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try FramePeer.addHandlers(
                        to: channel, mode: .client, window: window, acknowledges: acknowledges, nil)
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return try await channel.pipeline.handler(type: FrameRecorder.self).map(\.peer).get()
    }

    @discardableResult
    static func addHandlers(
        to channel: any Channel, mode: NIOHTTP2Handler.ParserMode, window: Int = 65_535, acknowledges: Bool,
        settings: [HTTP2Setting] = [], _ script: Script?
    ) throws -> FramePeer {
        var connection = NIOHTTP2Handler.ConnectionConfiguration()
        connection.initialSettings =
            [
                HTTP2Setting(parameter: .initialWindowSize, value: window),
                HTTP2Setting(parameter: .maxHeaderListSize, value: 1 << 20),
            ] + settings
        connection.headerBlockValidation = .disabled
        connection.contentLengthValidation = .disabled
        var streams = NIOHTTP2Handler.StreamConfiguration()
        streams.streamResetFrameRateLimit.maximumCount = 10_000
        let frames = NIOHTTP2Handler(
            mode: mode, connectionConfiguration: connection, streamConfiguration: streams)
        let peer = FramePeer(channel)
        try channel.pipeline.syncOperations.addHandlers([
            frames, FrameRecorder(peer, acknowledges: acknowledges, script),
        ])
        return peer
    }

    func record(_ stream: HTTP2StreamID) -> StreamRecord {
        log.withLock { $0.streams[stream] ?? StreamRecord() }
    }
    var isClosed: Bool { log.withLock { $0.isClosed } }
    var goAways: [HTTP2ErrorCode] { log.withLock { $0.goAways } }
    var streams: [HTTP2StreamID: StreamRecord] { log.withLock { $0.streams } }

    /// Sends a frame without waiting for it to leave.
    func send(_ payload: HTTP2Frame.FramePayload, on stream: HTTP2StreamID = .rootStream) {
        channel.writeAndFlush(HTTP2Frame(streamID: stream, payload: payload), promise: nil)
    }

    func head(_ fields: [(String, String)], on stream: HTTP2StreamID, isLast: Bool = false) {
        send(.headers(.init(headers: HPACKHeaders(fields), endStream: isLast)), on: stream)
    }

    func data(_ text: String, on stream: HTTP2StreamID, isLast: Bool = false) {
        data(ByteBuffer(string: text), on: stream, isLast: isLast)
    }

    func data(_ bytes: ByteBuffer, on stream: HTTP2StreamID, isLast: Bool = false) {
        send(.data(.init(data: .byteBuffer(bytes), endStream: isLast)), on: stream)
    }

    /// Answers a whole request.
    func answer(
        _ text: String, on stream: HTTP2StreamID, status: String = "200",
        trailers: [(String, String)]? = [("grpc-status", "0")]
    ) {
        head([(":status", status)], on: stream)
        data(text, on: stream, isLast: trailers == nil)
        if let trailers { head(trailers, on: stream, isLast: true) }
    }

    /// Begins a request on the stream with this number.
    func request(
        _ number: Int, _ path: String = "/", method: String = "GET", headers: [(String, String)] = [],
        isLast: Bool = true
    ) -> HTTP2StreamID {
        let stream = HTTP2StreamID(number)
        head(
            [(":method", method), (":scheme", "http"), (":path", path), (":authority", "app.test")] + headers,
            on: stream, isLast: isLast)
        return stream
    }

    /// Begins a gRPC call with its one message.
    func call(_ number: Int, headers: [(String, String)] = [], isLast: Bool = true) -> HTTP2StreamID {
        let stream = request(
            number, "/shop.Orders/Place", method: "POST",
            headers: [("content-type", "application/grpc"), ("te", "trailers")] + headers, isLast: false)
        data("message", on: stream, isLast: isLast)
        return stream
    }

    /// Waits for the end of a stream.
    func response(_ stream: HTTP2StreamID, within limit: Duration = .seconds(30)) async throws -> StreamRecord
    {
        do {
            try await eventually("the end of \(stream)", within: limit) {
                if isClosed, !record(stream).isOver {
                    throw TimedOut(description: "closed before the end of \(stream): \(goAways)")
                }
                return record(stream).isOver
            }
        } catch let error as TimedOut {
            let so = record(stream)
            throw TimedOut(description: "\(error); so far: \(so.heads), \(so.bodyCount) bytes")
        }
        return record(stream)
    }

    func close() async { try? await channel.close() }
}

/// Notes what a peer receives.
final class FrameRecorder: ChannelInboundHandler, Sendable {
    typealias InboundIn = HTTP2Frame
    let peer: FramePeer
    private let acknowledges: Bool
    private let script: FramePeer.Script?

    init(_ peer: FramePeer, acknowledges: Bool, _ script: FramePeer.Script?) {
        self.peer = peer
        self.acknowledges = acknowledges
        self.script = script
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        let record: StreamRecord? = peer.log.withLock { log in
            switch frame.payload {
            case .headers(let head):
                log.streams[frame.streamID, default: StreamRecord()].heads.append(head.headers)
                if head.endStream { log.streams[frame.streamID]?.isEnded = true }
            case .data(let data):
                guard case .byteBuffer(let bytes) = data.data else { return nil }
                log.streams[frame.streamID, default: StreamRecord()].bodyCount += bytes.readableBytes
                if log.streams[frame.streamID]?.body.count ?? 0 < 1 << 20 {
                    log.streams[frame.streamID]?.body += Array(bytes.readableBytesView)
                }
                if data.endStream { log.streams[frame.streamID]?.isEnded = true }
            case .rstStream(let code): log.streams[frame.streamID, default: StreamRecord()].reset = code
            case .goAway(_, let code, _): log.goAways.append(code)
            case .ping(_, ack: true): log.pings += 1
            default: return nil
            }
            return log.streams[frame.streamID]
        }
        if acknowledges, case .data(let data) = frame.payload, data.data.readableBytes > 0 {
            acknowledge(data.data.readableBytes, frame.streamID, isLast: data.endStream)
        }
        if let record { script?(peer, frame.streamID, record) }
    }

    private func acknowledge(_ count: Int, _ stream: HTTP2StreamID, isLast: Bool) {
        peer.send(.windowUpdate(windowSizeIncrement: count))
        if !isLast { peer.send(.windowUpdate(windowSizeIncrement: count), on: stream) }
    }

    func channelInactive(context: ChannelHandlerContext) { peer.log.withLock { $0.isClosed = true } }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}

/// A replica that speaks HTTP/2, whose answers are up to the test.
final class FrameReplica: Sendable {
    private let server: any Channel
    private let open: Opened
    let port: Int

    private final class Opened: Sendable { let peers = Mutex<[FramePeer]>([]) }

    private init(_ server: any Channel, _ open: Opened) {
        self.server = server
        self.open = open
        port = server.localAddress?.port ?? 0
    }

    static func start(
        on port: Int = 0, window: Int = 65_535, acknowledges: Bool = true, settings: [HTTP2Setting] = [],
        _ script: @escaping FramePeer.Script
    ) async throws -> FrameReplica {
        let open = Opened()
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let peer = try FramePeer.addHandlers(
                        to: channel, mode: .server, window: window, acknowledges: acknowledges,
                        settings: settings, script)
                    open.peers.withLock { $0.append(peer) }
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        return FrameReplica(server, open)
    }

    /// Answers each complete request with a text.
    static func answering(_ text: String) async throws -> FrameReplica {
        try await start { peer, stream, record in
            if record.isEnded, record.reset == nil { peer.answer(text, on: stream) }
        }
    }

    var endpoint: Endpoint { Endpoint(host: "127.0.0.1", port: port) }
    var connections: [FramePeer] { open.peers.withLock { $0 } }
    /// Everything that came, in no particular order.
    var requests: [StreamRecord] { connections.flatMap { Array($0.streams.values) } }

    /// Refuses connections from now on; those that are there go on.
    func refuse() async throws { try await server.close() }

    func stop() async {
        try? await server.close()
        for peer in connections { await peer.close() }
    }
}
