import GRPC
import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOTLS

/// Who uses a connection; told what it cannot know of its calls.
protocol CallConnectionDelegate: AnyObject {
    /// The server's settings are there: calls may start.
    func connectionOpened(_ connection: CallConnection)
    /// A call ended, or the number of calls that may start changed.
    func connectionHasRoom(_ connection: CallConnection)
    /// The server never saw this call: it may be sent again elsewhere.
    func connection(_ connection: CallConnection, refused call: Call)
    /// No further call may start on it; those under way may still be answered.
    func connectionRetired(_ connection: CallConnection, reason: String)
}

/// An HTTP/2 connection with unary calls on it; bound to its event loop.
///
/// Reads and writes frames itself: a channel for each stream would cost more than all the rest.
final class CallConnection: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    private enum State {
        case opening, open, retired, closed
    }

    /// Bytes the server may send of one answer before we let it send more.
    static let streamWindow = 1 << 20
    private static let connectionWindow = 16 << 20
    private static let lastStreamID = 0x7fff_fff0

    weak var delegate: (any CallConnectionDelegate)?
    private let headers: HPACKHeaders
    private let isEncrypted: Bool
    private var state = State.opening
    private var calls: [HTTP2StreamID: Call] = [:]
    private var nextStreamID = 1
    private var streamLimit = Int.max
    private var closedByPeer: [HTTP2StreamID] = []
    private var isReading = false
    private var needsFlush = false
    private var context: ChannelHandlerContext?

    /// - Parameter headers: sent with every call.
    init(headers: HPACKHeaders, isEncrypted: Bool) {
        self.headers = headers
        self.isEncrypted = isEncrypted
    }

    /// Whether a call may start.
    var hasRoom: Bool { state == .open && calls.count < streamLimit }

    /// Whether calls are under way.
    var isAnswering: Bool { !calls.isEmpty }
    /// Whether a call ended on it.
    private(set) var hasAnswered = false

    /// Sends a call; ``hasRoom`` must hold.
    func start(_ call: Call) {
        guard let context else { return }
        let id = HTTP2StreamID(nextStreamID)
        nextStreamID += 2
        call.streamID = id
        calls[id] = call
        let head = HTTP2Frame(streamID: id, payload: .headers(.init(headers: headers)))
        context.write(wrapOutboundOut(head), promise: nil)
        let body = HTTP2Frame(
            streamID: id, payload: .data(.init(data: .byteBuffer(call.message), endStream: true)))
        if call.message.readableBytes <= 16_384 {
            call.isSent = true
            context.write(wrapOutboundOut(body), promise: nil)
        } else {
            let promise = context.eventLoop.makePromise(of: Void.self)
            promise.futureResult.assumeIsolated().whenSuccess { call.isSent = true }
            context.write(wrapOutboundOut(body), promise: promise)
        }
        needsFlush = true
        if nextStreamID > Self.lastStreamID { retire("its stream numbers are used up") }
    }

    /// Sends what ``start(_:)`` wrote.
    func flush() {
        guard needsFlush, !isReading else { return }
        needsFlush = false
        context?.flush()
    }

    /// Ends the calls whose time is over.
    func expire(now: NIODeadline) {
        for (id, call) in calls where call.deadline <= now {
            reset(id)
            finish(id, .failed(.deadlineExceeded, "context deadline exceeded"))
        }
        flush()
    }

    /// Ends the connection and all calls on it.
    func close(_ outcome: CallOutcome) {
        guard state != .closed else { return }
        state = .closed
        failAll(outcome)
        context?.close(promise: nil)
    }

    private func finish(_ id: HTTP2StreamID, _ outcome: CallOutcome) {
        guard let call = calls.removeValue(forKey: id) else { return }
        hasAnswered = true
        // An answer that came before all was sent leaves the stream half open.
        if !call.isSent { reset(id) }
        call.completion(call, outcome)
        if calls.isEmpty, state == .retired {
            close(.failed(.unavailable, "the connection was retired"))
        } else {
            delegate?.connectionHasRoom(self)
        }
    }

    private func reset(_ id: HTTP2StreamID) {
        calls[id]?.isSent = true
        guard state != .closed else { return }
        context?.write(wrapOutboundOut(HTTP2Frame(streamID: id, payload: .rstStream(.cancel))), promise: nil)
        needsFlush = true
    }

    private func refuse(_ id: HTTP2StreamID, _ reason: String) {
        guard let call = calls[id] else { return }
        guard !call.wasRefused, let delegate else { return finish(id, .failed(.unavailable, reason)) }
        calls[id] = nil
        call.wasRefused = true
        call.streamID = nil
        delegate.connection(self, refused: call)
    }

    private func retire(_ reason: String) {
        guard state == .open || state == .opening else { return }
        state = .retired
        delegate?.connectionRetired(self, reason: reason)
        if calls.isEmpty { close(.failed(.unavailable, reason)) }
    }

    /// The connection is of no use any more.
    private func fail(_ outcome: CallOutcome) {
        guard state != .closed else { return }
        let wasUsable = state != .retired
        state = .closed
        if wasUsable { delegate?.connectionRetired(self, reason: outcome.message) }
        failAll(outcome)
        context?.close(promise: nil)
    }

    private func failAll(_ outcome: CallOutcome) {
        let calls = calls
        self.calls = [:]
        for call in calls.values { call.completion(call, outcome) }
    }
}

// MARK: Frames

extension CallConnection {
    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        isReading = true
        let frame = unwrapInboundIn(data)
        switch frame.payload {
        case .headers(let payload):
            guard let call = calls[frame.streamID] else { return }
            let fields = payload.headers.map { (name: $0.name, value: $0.value) }
            if let outcome = call.received(fields, endStream: payload.endStream) {
                finish(frame.streamID, outcome)
            }
        case .data(let payload):
            guard let call = calls[frame.streamID], case .byteBuffer(let bytes) = payload.data else { return }
            guard let outcome = call.received(bytes, endStream: payload.endStream) else { return }
            if !payload.endStream { reset(frame.streamID) }
            finish(frame.streamID, outcome)
        case .rstStream(let code): wasReset(frame.streamID, code)
        case .goAway(let last, let code, let detail): goAway(last, code, detail)
        case .settings(.settings(let settings)): take(settings)
        default: break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        for id in closedByPeer {
            finish(id, .failed(.internal, "the server broke the rules of HTTP/2 on this call"))
        }
        closedByPeer = []
        isReading = false
        flush()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let event as NIOHTTP2WindowUpdatedEvent: windowChanged(event, context)
        // Its frames, if any, are still to come in this turn.
        case let event as StreamClosedEvent where calls[event.streamID] != nil && event.reason != nil:
            closedByPeer.append(event.streamID)
        case TLSUserEvent.handshakeCompleted(let negotiated) where negotiated != "h2":
            fail(.failed(.unavailable, "the server does not offer HTTP/2 over TLS"))
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(.failed(.unavailable, "the server closed the connection"))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Resetting a stream that has just ended is no error.
        if error is NIOHTTP2Errors.NoSuchStream || error is NIOHTTP2Errors.StreamError { return }
        fail(.failed(.unavailable, LoadFailure.call(error, isEncrypted: isEncrypted)))
    }

    private func take(_ settings: HTTP2Settings) {
        for setting in settings where setting.parameter == .maxConcurrentStreams {
            streamLimit = setting.value
        }
        guard state == .opening else { delegate?.connectionHasRoom(self); return }
        state = .open
        let more = HTTP2Frame(
            streamID: .rootStream,
            payload: .windowUpdate(windowSizeIncrement: Self.connectionWindow - 65_535))
        context?.write(wrapOutboundOut(more), promise: nil)
        needsFlush = true
        delegate?.connectionOpened(self)
    }

    private func windowChanged(_ event: NIOHTTP2WindowUpdatedEvent, _ context: ChannelHandlerContext) {
        let target = event.streamID == .rootStream ? Self.connectionWindow : Self.streamWindow
        guard state != .opening, let size = event.inboundWindowSize, size < target / 2 else { return }
        if event.streamID != .rootStream, calls[event.streamID] == nil { return }
        let frame = HTTP2Frame(
            streamID: event.streamID, payload: .windowUpdate(windowSizeIncrement: target - size))
        context.write(wrapOutboundOut(frame), promise: nil)
        needsFlush = true
    }

    private func wasReset(_ id: HTTP2StreamID, _ code: HTTP2ErrorCode) {
        calls[id]?.isSent = true
        let message = "the server reset the stream: \(code)"
        switch code {
        case .refusedStream: refuse(id, message)
        case .cancel: finish(id, .failed(.cancelled, message))
        case .enhanceYourCalm: finish(id, .failed(.resourceExhausted, message))
        case .inadequateSecurity: finish(id, .failed(.permissionDenied, message))
        default: finish(id, .failed(.internal, message))
        }
    }

    private func goAway(_ last: HTTP2StreamID, _ code: HTTP2ErrorCode, _ detail: ByteBuffer?) {
        let text = detail.map { ": " + String(buffer: $0).prefix(100) } ?? ""
        let reason = "the server is going away (\(code))\(text)"
        let unseen = calls.keys.filter { $0 > last }
        retire(reason)
        for id in unseen { refuse(id, reason) }
        if calls.isEmpty { close(.failed(.unavailable, reason)) }
    }
}
