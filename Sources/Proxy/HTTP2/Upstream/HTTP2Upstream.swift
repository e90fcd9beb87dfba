import NIOCore
import NIOHPACK
import NIOHTTP2

/// A connection to a replica that calls share.
final class HTTP2Upstream: FrameReceiver, RosterMember {
    /// After so many a new connection takes over: servers cut off who resets many streams (NIO's at 200 within
    /// 30 s), and other clients' calls with them.
    private static let mostResets = 100

    let link: HTTP2Link
    var place = -1
    private(set) var deadline: UInt64
    private let loop: ProxyLoop
    private let pool: UpstreamPool
    private var calls: [HTTP2StreamID: HTTP2Call] = [:]
    private var nextStream = 1
    private var mostStreams: Int
    /// The replica has shown that it speaks HTTP/2.
    private var hasSettings = false
    private var isUsable = true
    private var isClosing = false
    private var resets = 0

    init(loop: ProxyLoop, pool: UpstreamPool) {
        self.loop = loop
        self.pool = pool
        link = HTTP2Link(flushes: loop.flushes)
        mostStreams = pool.http2.mostStreams
        deadline = loop.coarseNow &+ loop.times.http2Settings
        loop.http2Upstreams.insert(self)
        link.connect(to: self)
    }

    /// How many more calls it takes now.
    var room: Int { isUsable && link.isWritable ? max(0, mostStreams - calls.count) : 0 }
    var isBusy: Bool { !calls.isEmpty || !hasSettings }
    var isStillOpen: Bool { link.context?.channel.isEstablished ?? false }

    /// Sends a call's head; there must be ``room``.
    func open(_ call: HTTP2Call, _ head: HPACKHeaders, isAll: Bool) -> HTTP2StreamID {
        let stream = HTTP2StreamID(nextStream)
        nextStream += 2
        // Identifiers are used once; well before the last one a new connection takes over.
        if nextStream > 1 << 30 { isUsable = false }
        calls[stream] = call
        schedule()
        link.write(.headers(.init(headers: head, endStream: isAll)), on: stream)
        return stream
    }

    /// Lets go of a call that has ended here, or is cancelled with a code.
    func leave(_ stream: HTTP2StreamID, cancelling code: HTTP2ErrorCode?) {
        guard calls.removeValue(forKey: stream) != nil else { return }
        if let code {
            link.write(.rstStream(code), on: stream)
            resets += 1
            if resets == Self.mostResets { retire() }
        }
        callEnded()
    }

    /// Takes no call any more, and closes once those under way have ended.
    func retire() {
        isUsable = false
        pool.http2.forget(self)
        if calls.isEmpty { close() }
    }

    private func callEnded() {
        schedule()
        if !isUsable, calls.isEmpty { return close() }
        if isUsable { pool.http2.serve() }
    }

    private func close() {
        guard !isClosing else { return }
        isClosing = true
        link.write(.goAway(lastStreamID: .rootStream, errorCode: .noError, opaqueData: nil), on: .rootStream)
        {
            [link] _ in link.close()
        }
    }

    private func schedule() {
        if !link.isWritable {
            deadline = loop.coarseNow &+ loop.times.response
        } else if hasSettings {
            deadline = calls.isEmpty ? loop.coarseNow &+ loop.times.upstreamIdle : .max
        }
    }

    func deadlinePassed() {
        guard isUsable, hasSettings, calls.isEmpty, link.isWritable else { return link.close() }
        deadline = loop.coarseNow &+ loop.times.linger
        retire()
    }

    func linkOpened() { pool.http2.opened(self) }

    func writabilityChanged() {
        schedule()
        if link.isWritable { pool.http2.serve() }
    }

    func received(_ frame: HTTP2Frame) {
        let stream = frame.streamID
        switch frame.payload {
        case .headers(let head): calls[stream]?.received(head.headers, isLast: head.endStream)
        case .data(let data):
            let size = link.acknowledge(data)
            guard case .byteBuffer(let bytes) = data.data else { return }
            calls[stream]?.received(bytes, size: size, isLast: data.endStream)
        case .rstStream(let code): end(stream, .reset(code))
        case .settings(.settings(let settings)):
            hasSettings = true
            if let most = settings.last(where: { $0.parameter == .maxConcurrentStreams })?.value {
                mostStreams = min(most, loop.limits.streamsPerConnection)
                pool.http2.mostStreams = max(1, mostStreams)
            }
            schedule()
            pool.http2.serve()
        case .goAway(let last, _, _): goAway(last)
        default: break
        }
    }

    /// The replica will not look at calls after `last`.
    private func goAway(_ last: HTTP2StreamID) {
        retire()
        for stream in calls.keys.filter({ $0 > last }).sorted() { end(stream, .unprocessed) }
    }

    func streamClosed(_ stream: HTTP2StreamID, _ reason: HTTP2ErrorCode?) {
        // What the replica ended or reset has been dealt with: here NIO objects to what it sent.
        if reason != nil { end(stream, .malformed) }
    }

    private func end(_ stream: HTTP2StreamID, _ loss: UpstreamLoss) {
        guard let call = calls.removeValue(forKey: stream) else { return }
        call.upstreamLost(loss)
        callEnded()
    }

    func linkClosed() {
        isUsable = false
        loop.http2Upstreams.remove(self)
        let lost = calls
        calls = [:]
        pool.http2.forget(self)
        let loss: UpstreamLoss = hasSettings ? .closed : link.watch.hasGivenUp ? .notHTTP2 : .closedAtOnce
        for (_, call) in lost.sorted(by: { $0.key < $1.key }) { call.upstreamLost(loss) }
    }
}
