import HTTP1
import NIOCore
import NIOHPACK
import NIOHTTP2

/// One request of an HTTP/2 client, a stream of its connection, and its way to a replica.
final class HTTP2Call: RosterMember {
    enum State {
        /// Waiting for a connection to a replica.
        case waiting
        /// A replica works on it.
        case running
        /// The response is complete, but maybe not yet with the client.
        case answered
        case closed
    }

    let loop: ProxyLoop
    let client: HTTP2Client
    let stream: HTTP2StreamID
    let started: UInt64
    var place = -1
    var deadline = UInt64.max
    var state = State.waiting
    let request = BodyFlow(keepsForAnotherTry: true)
    let response = BodyFlow(keepsForAnotherTry: false)
    var side = Side.primary
    /// The head for the replica, as long as it may be sent again.
    var head: HPACKHeaders?
    var headBytes = 0
    var requestBytes = 0
    var isGRPC = false
    var isIdempotent = false
    var answersHead = false
    /// When the client gives a gRPC call up.
    var expiry = UInt64.max
    /// The value of the `Set-Cookie` that the response gets, or nil.
    var cookie: String?
    var attempts = 0
    /// The replica that failed last.
    var avoided: UpstreamPool?
    /// The replica that has the call or is about to get it.
    var pool: UpstreamPool?
    var upstream: (connection: HTTP2Upstream, stream: HTTP2StreamID)?
    var status = 0
    var interims = 0
    var isCounted = false
    private var countedBytes = 0

    init(client: HTTP2Client, stream: HTTP2StreamID) {
        self.client = client
        self.stream = stream
        loop = client.loop
        started = loop.clock.now()
        loop.coarseNow = started
        loop.calls.insert(self)
        request.source = StreamEnd(link: client.link, stream: stream)
        request.advanced = { [unowned self] in progressed() }
        response.advanced = { [unowned self] in progressed() }
        response.attach(StreamEnd(link: client.link, stream: stream), isHeadAll: false)
    }

    var isResponseBegun: Bool { status != 0 }

    /// Something went on: silence counts from now.
    func progressed() {
        countBytes()
        deadline = min(loop.coarseNow &+ patience, expiry)
    }

    /// How long the call may now be silent.
    private var patience: UInt64 {
        let times = loop.times
        if response.isBlocked || state == .answered { return times.clientStall }
        if state == .waiting { return times.response }
        if isGRPC { return times.tunnelIdle }
        if request.isBlocked { return times.response }
        return request.isEnded || isResponseBegun ? times.response : times.clientStall
    }

    private func countBytes() {
        let bytes = state == .closed ? 0 : headBytes + request.held + response.held
        loop.callBytes += bytes - countedBytes
        countedBytes = bytes
    }

    /// Counts the call once.
    func count(_ outcome: RequestOutcome) {
        guard !isCounted else { return }
        isCounted = true
        let now = loop.clock.now()
        loop.coarseNow = now
        loop.traffic(side).record(outcome, started: started, now: now)
    }

    /// The client's stream is over: nothing is left to be done.
    func close() {
        guard state != .closed else { return }
        leaveReplica(cancelling: .cancel)
        state = .closed
        deadline = .max
        request.discard()
        response.discard()
        countBytes()
        loop.calls.remove(self)
        client.callEnded(self)
    }

    /// Ends the client's stream with a code.
    func reset(_ code: HTTP2ErrorCode) {
        guard state != .closed else { return }
        client.link.write(.rstStream(code), on: stream)
        close()
    }

    /// The replica has nothing more to do with the call.
    func leaveReplica(cancelling code: HTTP2ErrorCode?) {
        if let pool {
            pool.inFlight -= 1
            if upstream == nil { pool.http2.leave(self) }
        }
        pool = nil
        let upstream = upstream
        self.upstream = nil
        request.detach()
        response.source = nil
        upstream?.connection.leave(upstream?.stream ?? .rootStream, cancelling: code)
    }

    /// Gives up a call that holds much while too much is held altogether.
    func relieveMemory() {
        guard loop.callBytes > loop.limits.callBytesPerLoop,
            request.held + response.held >= BodyFlow.window / 2
        else { return }
        count(response.isBlocked ? .cancelled : .failed)
        reset(.enhanceYourCalm)
    }
}
