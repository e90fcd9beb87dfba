import NIOCore
import NIOHTTP2

/// A client's connection that speaks HTTP/2: each of its streams is a call of its own.
final class HTTP2Client: FrameReceiver, RosterMember {
    let loop: ProxyLoop
    let audience: Listener.Audience
    let address: String
    /// The port it was accepted on.
    let port: Int
    let link: HTTP2Link
    var place = -1
    private(set) var deadline: UInt64
    private var calls: [HTTP2StreamID: HTTP2Call] = [:]
    private var lastStream = HTTP2StreamID.rootStream
    /// It is told to open no more streams.
    private var isLeaving = false
    private var isFinishing = false
    private var cancellations: CancellationWatch

    init(loop: ProxyLoop, audience: Listener.Audience, address: String, port: Int) {
        self.loop = loop
        self.audience = audience
        self.address = address
        self.port = port
        link = HTTP2Link(flushes: loop.flushes)
        cancellations = CancellationWatch(limits: loop.limits, times: loop.times)
        deadline = loop.coarseNow &+ loop.times.clientIdle
        loop.http2Clients.insert(self)
        link.connect(to: self)
    }

    func linkOpened() {}

    var isIdle: Bool { calls.isEmpty && !isFinishing }

    /// Has the client open no more streams, and ends with the last call, or soon without one.
    func leave(idleCloseAt: UInt64) {
        guard !isLeaving else { return }
        isLeaving = true
        link.write(.goAway(lastStreamID: .maxID, errorCode: .noError, opaqueData: nil), on: .rootStream)
        if calls.isEmpty { deadline = min(deadline, idleCloseAt) }
    }

    /// Says which streams were served, and closes once everything written has left. The client gets the end
    /// of the stream first: closing at once would make its kernel throw away what it has not read yet.
    func finish() {
        guard !isFinishing else { return }
        isFinishing = true
        deadline = loop.coarseNow &+ max(loop.times.linger, loop.times.clientStall)
        link.write(
            .goAway(lastStreamID: lastStream, errorCode: .noError, opaqueData: nil), on: .rootStream
        ) { [self] hasLeft in
            guard hasLeft, let context = link.context else { return link.close() }
            deadline = loop.coarseNow &+ loop.times.linger
            context.close(mode: .output, promise: nil)
        }
    }

    func deadlinePassed() {
        deadline = .max
        if calls.isEmpty, !isFinishing, link.isWritable { return finish() }
        link.close()
    }

    func callEnded(_ call: HTTP2Call) {
        guard calls.removeValue(forKey: call.stream) != nil, calls.isEmpty else { return }
        deadline = loop.coarseNow &+ loop.times.clientIdle
        if isLeaving { finish() }
    }

    /// A client that does not read what it asked for is not listened to either.
    func writabilityChanged() {
        link.setReading(link.isWritable)
        if !link.isWritable {
            deadline = loop.coarseNow &+ loop.times.clientStall
        } else if !isFinishing {
            deadline = calls.isEmpty ? loop.coarseNow &+ loop.times.clientIdle : .max
        }
    }

    func received(_ frame: HTTP2Frame) {
        let stream = frame.streamID
        switch frame.payload {
        case .headers(let head):
            if let call = calls[stream] {
                call.receivedRequestTrailers(head.headers)
            } else if stream > lastStream {
                begin(stream, head)
            }
        case .data(let data):
            let size = link.acknowledge(data)
            guard case .byteBuffer(let bytes) = data.data else { return }
            calls[stream]?.receivedRequest(bytes, size: size, isLast: data.endStream)
        case .rstStream(let code): cancel(stream, code)
        case .goAway:
            isLeaving = true
            if calls.isEmpty { finish() }
        default: break
        }
    }

    private func begin(_ stream: HTTP2StreamID, _ head: HTTP2Frame.FramePayload.Headers) {
        lastStream = stream
        guard !isFinishing else { return }
        let call = HTTP2Call(client: self, stream: stream)
        calls[stream] = call
        if link.isWritable { deadline = .max }
        cancellations.callBegan(at: call.started)
        call.begin(head.headers, isAll: head.endStream)
    }

    private func cancel(_ stream: HTTP2StreamID, _ code: HTTP2ErrorCode) {
        guard let call = calls[stream] else { return }
        call.cancelled(code)
        guard cancellations.callWasCancelled() else { return }
        loop.logger.debug("client cut off: it cancels most of its calls", metadata: ["client": "\(address)"])
        link.write(
            .goAway(lastStreamID: lastStream, errorCode: .enhanceYourCalm, opaqueData: nil), on: .rootStream
        ) { [link] _ in link.close() }
        link.setReading(false)
    }

    func streamClosed(_ stream: HTTP2StreamID, _ reason: HTTP2ErrorCode?) {
        guard let call = calls[stream] else { return }
        // Resets by the client have been dealt with: here NIO objects to what it sent.
        if let reason { call.cancelled(reason) } else { call.close() }
    }

    func linkClosed() {
        loop.http2Clients.remove(self)
        for (_, call) in calls.sorted(by: { $0.key < $1.key }) { call.cancelled(.cancel) }
    }
}
