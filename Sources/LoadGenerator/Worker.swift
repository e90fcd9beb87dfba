import NIOCore
import NIOHTTP1

/// One client: has at most one request under way, and starts the next when its answer is there.
///
/// Bound to its event loop.
final class Worker {
    private enum State {
        case ready
        case paused(Scheduled<Void>)
        case dialling(attempt: Int)
        case exchanging
        case finished
    }

    private let load: EventLoopLoad
    private var pacer: Pacer
    private var state = State.ready
    private var exchange: Exchange?
    private var connection: HTTP1Connection?
    private var unreachedInRow = 0
    private var attempts = 0

    init(load: EventLoopLoad, pacer: Pacer) {
        self.load = load
        self.pacer = pacer
    }

    private var plan: LoadPlan { load.plan }

    /// Starts the next request when it is due, or finishes when there is none.
    func next() {
        let now = NIODeadline.now()
        // Dialling a server that is not there again and again would only burn the processor.
        let pause = unreachedInRow == 0 ? 0 : Int64(1 << min(unreachedInRow - 1, 7)) * 1_000_000
        let start = max(pacer.next(now: now), now + .nanoseconds(min(pause, 100_000_000)))
        guard start > now else { return begin(now) }
        guard load.hasRequests(at: start) else { return finish() }
        let scheduled = load.loop.assumeIsolated().scheduleTask(deadline: start) { self.begin(.now()) }
        state = .paused(scheduled)
    }

    /// Ends the worker: at once, or after the request under way.
    func stop(cutting: Bool) {
        switch state {
        case .paused(let scheduled):
            scheduled.cancel()
            finish()
        case .dialling, .exchanging: if cutting { finish() }
        case .ready, .finished: break
        }
    }

    /// Fails the request under way if its time is over.
    func expire(now: NIODeadline) {
        guard let exchange, exchange.deadline <= now else { return }
        fail(.timeout(exchange.stage(timeout: plan.timeout)))
    }

    private func begin(_ now: NIODeadline) {
        guard load.takeRequest() else { return finish() }
        exchange = Exchange(plan: plan, now: now)
        dispatch()
    }

    private func dispatch() {
        guard let exchange else { return }
        if let connection, connection.target.isSameServer(as: exchange.target) { return send(on: connection) }
        drop()
        attempts += 1
        let attempt = attempts
        state = .dialling(attempt: attempt)
        self.exchange?.dialStarted = .now()
        load.dialer.dial(exchange.target) { result, lookup in
            guard case .dialling(attempt) = self.state else {
                // The request's time was over before the connection was there.
                if case .success(let late) = result { late.close() }
                return
            }
            self.dialled(result, lookup: lookup)
        }
    }

    private func dialled(_ result: Result<HTTP1Connection, LoadFailure>, lookup: TimeAmount) {
        switch result {
        case .failure(let failure): fail(failure)
        case .success(let connection):
            unreachedInRow = 0
            connection.delegate = self
            self.connection = connection
            if let started = exchange?.dialStarted {
                exchange?.dial += (NIODeadline.now() - started).nanoseconds
                exchange?.lookup += lookup.nanoseconds
                exchange?.dialStarted = nil
            }
            send(on: connection)
        }
    }

    private func send(on connection: HTTP1Connection) {
        guard var exchange else { return }
        state = .exchanging
        exchange.isOnReusedConnection = connection.requests > 0
        exchange.firstByte = nil
        exchange.sendStarted = .now()
        self.exchange = exchange
        let (head, body) = load.message(for: exchange)
        connection.send(head, body: body)
        self.exchange?.sent = .now()
    }

    private func drop() {
        connection?.close()
        connection = nil
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
}

extension Worker: ConnectionDelegate {
    func connection(_ connection: HTTP1Connection, received head: HTTPResponseHead) {
        exchange?.firstByte = .now()
        exchange?.status = Int(head.status.code)
        exchange?.keepsConnection = plan.keepsAlive && head.isKeepAlive
        exchange?.location = head.headers.first(name: "Location")
    }

    func connection(_ connection: HTTP1Connection, received bytes: Int) {
        exchange?.bytes += bytes
    }

    func connectionReceivedEnd(_ connection: HTTP1Connection) {
        guard let exchange else { return drop() }
        if !exchange.keepsConnection { drop() }
        if plan.followsRedirects, [301, 302, 303, 307, 308].contains(exchange.status) {
            return redirect(exchange)
        }
        load.recorder.record(
            exchange.sample(end: .now(), runStarted: load.started), bytes: exchange.bytes)
        self.exchange = nil
        next()
    }

    func connection(_ connection: HTTP1Connection, failed error: (any Error)?) {
        self.connection = nil
        guard var exchange else { return }
        let hasAnswerBegun = exchange.firstByte != nil
        let idempotent = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"].contains(exchange.request.method)
        if exchange.isOnReusedConnection, !hasAnswerBegun, idempotent, !exchange.isRetry {
            // The server closed an idle connection just as the request was sent: not its fault.
            exchange.isRetry = true
            self.exchange = exchange
            return dispatch()
        }
        guard let error else { return fail(hasAnswerBegun ? .incomplete : .closed) }
        fail(.exchange(error, hasAnswerBegun: hasAnswerBegun))
    }

    private func redirect(_ exchange: Exchange) {
        guard exchange.redirects < 10 else { return fail(.tooManyRedirects) }
        guard let next = exchange.location.flatMap({ exchange.target.redirected(to: $0) }) else {
            return fail(.badRedirect(exchange.location))
        }
        self.exchange?.redirects += 1
        self.exchange?.target = next
        self.exchange?.request = exchange.request.redirected(by: exchange.status)
        dispatch()
    }
}
