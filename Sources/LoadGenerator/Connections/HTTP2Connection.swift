import NIOCore
import NIOHPACK
import NIOHTTP2

/// Who opened a stream and is told what comes back; each stream ends with `ended` or `failed`, once.
protocol HTTP2StreamOwner: AnyObject {
    /// A head came, or the trailers.
    func received(_ headers: HPACKHeaders, on stream: HTTP2StreamID)
    /// A piece of the body came.
    func received(_ bytes: ByteBuffer, on stream: HTTP2StreamID)
    func ended(_ stream: HTTP2StreamID)
    func failed(_ stream: HTTP2StreamID, _ failure: LoadFailure, retry: RetryAdvice)
}

/// A client's HTTP/2 connection with many streams at a time; bound to its event loop.
///
/// Streams are entries of a table, not channels of their own: a load generator opens one a request.
final class HTTP2Connection: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    private struct Stream {
        let owner: any HTTP2StreamOwner
        var unacknowledged = 0
    }

    /// Windows are wide, as a load generator throws away what it reads.
    private static let streamWindow = 4 << 20
    private static let connectionWindow = 64 << 20

    /// The server it leads to.
    let target: LoadTarget
    /// Called when the server's settings are there, or with why they never will be.
    var opened: ((LoadFailure?) -> Void)?
    /// Called when a stream has ended, or the connection.
    var changed: (() -> Void)?
    /// Streams opened so far.
    private(set) var requests = 0
    /// Whether new streams can be opened at all.
    private(set) var isUsable = true

    private var context: ChannelHandlerContext?
    private var streams: [HTTP2StreamID: Stream] = [:]
    private var nextStream = 1
    private var mostStreams = 100
    private var unacknowledged = 0
    private var isReading = false
    private var needsFlush = false

    init(target: LoadTarget) {
        self.target = target
    }

    /// The handler of frames, to be added to the pipeline right before a connection.
    static func makeFrameHandler() -> NIOHTTP2Handler {
        var connection = NIOHTTP2Handler.ConnectionConfiguration()
        connection.initialSettings = [
            HTTP2Setting(parameter: .enablePush, value: 0),
            HTTP2Setting(parameter: .initialWindowSize, value: streamWindow),
            HTTP2Setting(parameter: .maxHeaderListSize, value: 64 * 1024),
        ]
        // Some servers measure the way by a ping for every few answers.
        connection.controlFrameRateLimit.maximumCount = .max
        var stream = NIOHTTP2Handler.StreamConfiguration()
        // A server that resets every stream is what a load test may want to count.
        stream.streamErrorRateLimit.maximumCount = .max
        stream.streamResetFrameRateLimit.maximumCount = .max
        return NIOHTTP2Handler(
            mode: .client, connectionConfiguration: connection, streamConfiguration: stream)
    }

    /// How many more streams the server takes now.
    var room: Int { isUsable ? max(0, mostStreams - streams.count) : 0 }

    /// Whether the server takes no stream, though none is open.
    var refusesStreams: Bool { isUsable && streams.isEmpty && mostStreams <= 0 }

    /// Sends a request on a stream of its own; there must be ``room``.
    ///
    /// The headers' names are lower-case, pseudo-headers first. Without a body the request ends with them.
    @discardableResult
    func open(_ headers: HPACKHeaders, body: ByteBuffer?, owner: any HTTP2StreamOwner) -> HTTP2StreamID {
        let stream = HTTP2StreamID(nextStream)
        nextStream += 2
        requests += 1
        // Identifiers are used once; well before the last one a new connection takes over.
        if nextStream > 1 << 30 { isUsable = false }
        streams[stream] = Stream(owner: owner)
        guard let context else { return stream }
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenFailure { error in
            // Not at once: the owner does not know its stream yet.
            context.eventLoop.assumeIsolated().execute {
                self.end(stream) { $0.failed(stream, .http2(error), retry: .no) }
            }
        }
        let head = HTTP2Frame.FramePayload.Headers(headers: headers, endStream: body == nil)
        context.write(
            wrapOutboundOut(HTTP2Frame(streamID: stream, payload: .headers(head))), promise: promise)
        if let body {
            let data = HTTP2Frame.FramePayload.Data(data: .byteBuffer(body), endStream: true)
            context.write(wrapOutboundOut(HTTP2Frame(streamID: stream, payload: .data(data))), promise: nil)
        }
        flush()
        return stream
    }

    /// Gives a stream up without telling its owner.
    func cancel(_ stream: HTTP2StreamID) {
        guard streams.removeValue(forKey: stream) != nil, let context else { return }
        let frame = HTTP2Frame(streamID: stream, payload: .rstStream(.cancel))
        context.write(wrapOutboundOut(frame), promise: nil)
        flush()
        changed?()
    }

    /// Opens no stream any more, and closes once those that are open have ended.
    func retire() {
        isUsable = false
        closeWhenIdle()
    }

    /// Closes at once; streams that are open fail.
    func close() {
        lose(.closed, retry: .no)
    }

    private func flush() {
        // What the answers of one read lead to is sent in one write.
        if isReading { needsFlush = true } else { context?.flush() }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { widenWindow(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        widenWindow(context)
        context.fireChannelActive()
    }

    private func widenWindow(_ context: ChannelHandlerContext) {
        let increment = Self.connectionWindow - 65_535
        let frame = HTTP2Frame(streamID: .rootStream, payload: .windowUpdate(windowSizeIncrement: increment))
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        isReading = true
        let frame = unwrapInboundIn(data)
        switch frame.payload {
        case .headers(let head): received(head, on: frame.streamID)
        case .data(let data): received(data, on: frame.streamID)
        case .rstStream(let code):
            let retry: RetryAdvice = code == .refusedStream ? .unprocessed : .no
            end(frame.streamID) { $0.failed(frame.streamID, .streamReset(code), retry: retry) }
        case .settings(.settings(let settings)): received(settings)
        case .goAway(let last, let code, _): wentAway(last, code)
        default: break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        if needsFlush {
            needsFlush = false
            context.flush()
        }
        context.fireChannelReadComplete()
    }

    private func received(_ head: HTTP2Frame.FramePayload.Headers, on stream: HTTP2StreamID) {
        guard let entry = streams[stream] else { return }
        entry.owner.received(head.headers, on: stream)
        if head.endStream { end(stream) { $0.ended(stream) } }
    }

    private func received(_ data: HTTP2Frame.FramePayload.Data, on stream: HTTP2StreamID) {
        guard case .byteBuffer(let bytes) = data.data else { return }
        let size = bytes.readableBytes + (data.paddingBytes.map { $0 + 1 } ?? 0)
        acknowledge(size, of: &unacknowledged, window: Self.connectionWindow, on: .rootStream)
        guard let entry = streams[stream] else { return }
        if data.endStream {
            entry.owner.received(bytes, on: stream)
            return end(stream) { $0.ended(stream) }
        }
        var unacknowledged = entry.unacknowledged
        acknowledge(size, of: &unacknowledged, window: Self.streamWindow, on: stream)
        streams[stream]?.unacknowledged = unacknowledged
        entry.owner.received(bytes, on: stream)
    }

    private func acknowledge(_ size: Int, of total: inout Int, window: Int, on stream: HTTP2StreamID) {
        total += size
        guard total >= window / 2, let context else { return }
        let frame = HTTP2Frame(streamID: stream, payload: .windowUpdate(windowSizeIncrement: total))
        context.write(wrapOutboundOut(frame), promise: nil)
        total = 0
        flush()
    }

    private func received(_ settings: HTTP2Settings) {
        if let most = settings.last(where: { $0.parameter == .maxConcurrentStreams })?.value {
            mostStreams = most
        }
        opened?(nil)
        opened = nil
        changed?()
    }

    private func wentAway(_ last: HTTP2StreamID, _ code: HTTP2ErrorCode) {
        isUsable = false
        for stream in streams.keys.filter({ $0 > last }).sorted() {
            end(stream) { $0.failed(stream, .goneAway(code), retry: .unprocessed) }
        }
        changed?()
        closeWhenIdle()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let closed = event as? StreamClosedEvent, let reason = closed.reason {
            // Not at once: the frame or error that ended it says more, and may come after this.
            context.eventLoop.assumeIsolated().execute {
                self.end(closed.streamID) { $0.failed(closed.streamID, .streamReset(reason), retry: .no) }
            }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? NIOHTTP2Errors.StreamError {
            return end(error.streamID) { $0.failed(error.streamID, .http2(error.baseError), retry: .no) }
        }
        lose(.exchange(error), retry: .no)
    }

    func channelInactive(context: ChannelHandlerContext) {
        lose(.closed, retry: .no)
        context.fireChannelInactive()
    }

    private func end(_ stream: HTTP2StreamID, _ tell: (any HTTP2StreamOwner) -> Void) {
        guard let entry = streams.removeValue(forKey: stream) else { return }
        tell(entry.owner)
        changed?()
        closeWhenIdle()
    }

    private func closeWhenIdle() {
        if !isUsable, streams.isEmpty { context?.close(promise: nil) }
    }

    private func lose(_ failure: LoadFailure, retry: RetryAdvice) {
        isUsable = false
        opened?(failure)
        opened = nil
        let lost = streams
        streams = [:]
        for (stream, entry) in lost { entry.owner.failed(stream, failure, retry: retry) }
        changed?()
        context?.close(promise: nil)
    }
}
