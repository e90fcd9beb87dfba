import NIOCore
import NIOHPACK
import NIOHTTP2

/// One client: has at most one request under way, and starts the next when its answer is there and the
/// next is due.
///
/// Bound to its event loop.
final class Worker {
    private enum State {
        case ready
        case paused(Scheduled<Void>)
        /// Waits for an open loop's next request.
        case idle
        case dialling(attempt: Int)
        case exchanging
        case finished
    }

    let load: EventLoopLoad
    private var pacer: Pacer
    private var state = State.ready
    private(set) var exchange: Exchange?
    private var connection: HTTP1Connection?
    /// Whether the connection leads where the plan's requests go; comparing URLs each time costs more.
    private var isConnectedAsPlanned = false
    private var shared: HTTP2Connection?
    private var stream: HTTP2StreamID?
    /// What has arrived on the stream.
    private var streamAnswer = Answer()
    private var unreachedInRow = 0
    private var attempts = 0

    init(load: EventLoopLoad, pacer: Pacer) {
        self.load = load
        self.pacer = pacer
    }

    /// Starts the next request when it is due, or finishes when there is none.
    func next(now: NIODeadline = .now()) {
        if load.isOpenLoop { return nextPlanned(now) }
        var start = pacer.next(now: now)
        if unreachedInRow > 0 {
            // Dialling a server that is not there again and again would only burn the processor.
            let pause = Int64(1 << min(unreachedInRow - 1, 7)) * 1_000_000
            start = max(start, now + .nanoseconds(min(pause, 100_000_000)))
        }
        guard start > now else { return begin(now) }
        guard load.hasRequests(at: start) else { return finish() }
        let scheduled = load.loop.assumeIsolated().scheduleTask(deadline: start) { self.begin(.now()) }
        state = .paused(scheduled)
    }

    private func nextPlanned(_ now: NIODeadline) {
        if let planned = load.takePlanned(now) { return begin(planned: planned, now) }
        guard load.hasPlanned else { return finish() }
        state = .idle
        load.park(self)
    }

    /// Ends the worker: at once, or after the request under way.
    func stop(cutting: Bool) {
        switch state {
        case .paused(let scheduled):
            scheduled.cancel()
            finish()
        case .idle: finish()
        case .dialling, .exchanging: if cutting { finish() }
        case .ready, .finished: break
        }
    }

    /// Fails the request under way if its time is over.
    func expire(now: NIODeadline) {
        guard let exchange, exchange.deadline <= now else { return }
        fail(.timeout(stage))
    }

    /// The words for where the time went when the deadline passes.
    private var stage: String {
        let limit = load.timeout.map { "after \(Double($0.nanoseconds) / 1e9)s " } ?? ""
        if case .dialling = state { return limit + "connecting to \(target.authority)" }
        let answer = stream == nil ? connection?.answer : streamAnswer
        return limit + (answer?.firstByte == nil ? "waiting for the answer" : "in the middle of the answer")
    }

    private var target: LoadTarget { exchange?.redirection?.target ?? load.plan.target }

    private func begin(_ now: NIODeadline) {
        guard load.takeRequest(now) else { return finish() }
        begin(planned: now, now)
    }

    /// Starts a request; its latency counts from `planned`.
    func begin(planned: NIODeadline, _ now: NIODeadline) {
        exchange = Exchange(planned: planned, now: now, timeout: load.timeout)
        dispatch(now)
    }

    private func dispatch(_ now: NIODeadline) {
        if let connection {
            if exchange?.redirection == nil, isConnectedAsPlanned { return send(on: connection, now) }
            if connection.target.isSameServer(as: target) { return send(on: connection, now) }
        }
        drop()
        attempts += 1
        let attempt = attempts
        state = .dialling(attempt: attempt)
        exchange?.dialStarted = now
        load.connect(to: target) { result, lookup in
            guard case .dialling(attempt) = self.state else {
                // The request's time was over before the connection was there.
                if case .success(.http1(let late)) = result { late.close() }
                return
            }
            self.dialled(result, lookup: lookup)
        }
    }

    private func dialled(_ result: Result<Link, LoadFailure>, lookup: TimeAmount) {
        let now = NIODeadline.now()
        guard case .success(let link) = result else {
            if case .failure(let failure) = result { fail(failure) }
            return
        }
        unreachedInRow = 0
        if let started = exchange?.dialStarted {
            exchange?.dial += (now - started).nanoseconds
            exchange?.lookup += lookup.nanoseconds
            exchange?.dialStarted = nil
        }
        switch link {
        case .http1(let connection):
            connection.owner = self
            self.connection = connection
            isConnectedAsPlanned = connection.target == load.plan.target
            send(on: connection, now)
        case .http2(let connection): send(on: connection, now)
        }
    }

    @inline(__always)
    private func send(on connection: HTTP1Connection, _ now: NIODeadline) {
        state = .exchanging
        exchange?.sendStarted = now
        connection.send(load.bytes(for: exchange?.redirection), asksForHead: load.asksForHead)
        exchange?.sent = .now()
    }

    private func send(on connection: HTTP2Connection, _ now: NIODeadline) {
        state = .exchanging
        exchange?.sendStarted = now
        streamAnswer = Answer()
        shared = connection
        let (headers, body) = load.headers(for: exchange?.redirection)
        stream = connection.open(headers, body: body, owner: self)
        if !load.plan.keepsAlive { connection.retire() }
        exchange?.sent = .now()
    }

    private func drop() {
        connection?.close()
        connection = nil
        if let stream { shared?.cancel(stream) }
        (shared, stream) = (nil, nil)
    }

    private func fail(_ failure: LoadFailure) {
        guard exchange != nil else { return }
        exchange = nil
        drop()
        unreachedInRow = failure.isUnreached ? unreachedInRow + 1 : 0
        load.recorder.record(failure)
        next()
    }

    private func finish() {
        if case .finished = state { return }
        state = .finished
        exchange = nil
        drop()
        load.workerFinished()
    }

    private func redirect(_ exchange: Exchange, _ answer: Answer, _ location: String, _ now: NIODeadline) {
        let number = (exchange.redirection?.number ?? 0) + 1
        guard number <= 10 else { return fail(.tooManyRedirects) }
        guard let next = target.redirected(to: location) else { return fail(.badRedirect(location)) }
        let request = (exchange.redirection?.request ?? load.plan.request)
            .redirected(by: answer.status, from: target, to: next)
        self.exchange?.redirection = Exchange.Redirection(to: next, request: request, number: number)
        dispatch(now)
    }
}

extension Worker: ExchangeOwner {
    func answered(_ answer: Answer, at now: NIODeadline) {
        guard let exchange else { return drop() }
        if let connection, !connection.keepsAlive || !load.plan.keepsAlive { drop() }
        if let location = answer.location, load.follows(answer.status, after: exchange) {
            return redirect(exchange, answer, location, now)
        }
        load.recorder.record(
            exchange.sample(answer, end: now, runStarted: load.started), bytes: answer.bytes)
        self.exchange = nil
        next(now: now)
    }

    func failed(_ failure: LoadFailure, retry: RetryAdvice) {
        connection = nil
        (shared, stream) = (nil, nil)
        guard let exchange else { return }
        let isRetried =
            switch retry {
            case .no: false
            case .whenIdempotent: load.isIdempotent && exchange.retries == 0
            case .unprocessed: exchange.retries < 10
            }
        guard isRetried else { return fail(failure) }
        self.exchange?.retries += 1
        dispatch(.now())
    }
}

extension Worker: HTTP2StreamOwner {
    func received(_ headers: HPACKHeaders, on stream: HTTP2StreamID) {
        guard stream == self.stream, let status = headers.first(name: ":status").flatMap({ Int($0) }),
            status >= 200
        else { return }
        streamAnswer.firstByte = .now()
        streamAnswer.status = status
        if (301...308).contains(status) { streamAnswer.location = headers.first(name: "location") }
    }

    func received(_ bytes: ByteBuffer, on stream: HTTP2StreamID) {
        if stream == self.stream { streamAnswer.bytes += bytes.readableBytes }
    }

    func ended(_ stream: HTTP2StreamID) {
        guard stream == self.stream else { return }
        (shared, self.stream) = (nil, nil)
        answered(streamAnswer, at: .now())
    }

    func failed(_ stream: HTTP2StreamID, _ failure: LoadFailure, retry: RetryAdvice) {
        if stream == self.stream { failed(failure, retry: retry) }
    }
}
