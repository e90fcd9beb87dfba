import GRPC
import NIOCore
import NIOHPACK

/// The place of one connection: dials it, dials again when it is gone, and holds calls meanwhile.
///
/// Bound to its event loop.
final class CallSlot {
    private enum State {
        case idle
        case dialling
        case open(HTTP2Connection)
        /// The last attempt failed; the next is not made at once.
        case pausing
        case ended
    }

    private let loop: any EventLoop
    private let dialer: Dialer
    private let target: LoadTarget
    private let headers: HPACKHeaders
    private var state = State.idle
    private var failuresInRow = 0
    private var hasAnswered = false
    private var waiting: [Call] = []
    private var sent: [ObjectIdentifier: Call] = [:]

    /// - Parameter method: what its calls call.
    init(loop: any EventLoop, dialer: Dialer, plan: CallPlan, method: MethodName) throws(LoadError) {
        self.loop = loop
        self.dialer = dialer
        target = try plan.loadTarget
        headers = plan.headers(calling: method)
    }

    /// Sends a call as soon as there is a connection with room for it.
    func submit(_ call: Call) {
        call.slot = self
        switch state {
        case .open(let connection) where waiting.isEmpty && connection.room > 0: start(call, connection)
        case .ended: call.end(.failed(.cancelled, "the run has ended"))
        default:
            sent[ObjectIdentifier(call)] = nil
            waiting.append(call)
            if case .idle = state { dial() }
        }
    }

    /// A call is over, or about to be.
    func callEnded(_ call: Call) { sent[ObjectIdentifier(call)] = nil }

    /// The server has answered a call.
    func callAnswered() { hasAnswered = true }

    /// Ends the calls whose time is over.
    func expire(now: NIODeadline) {
        let isLate = { (call: Call) in call.deadline <= now }
        for call in sent.values where isLate(call) {
            call.end(.failed(.deadlineExceeded, "context deadline exceeded"))
        }
        let late = waiting.filter(isLate)
        guard !late.isEmpty else { return }
        waiting.removeAll(where: isLate)
        for call in late {
            call.end(.failed(.deadlineExceeded, "context deadline exceeded while connecting"))
        }
    }

    /// Ends everything; calls under way end with the outcome.
    func end(_ outcome: CallOutcome) {
        let last = state
        state = .ended
        for call in sent.values { call.end(outcome) }
        failWaiting(outcome)
        guard case .open(let connection) = last else { return }
        connection.changed = nil
        connection.close()
    }

    private func start(_ call: Call, _ connection: HTTP2Connection) {
        sent[ObjectIdentifier(call)] = call
        call.start(on: connection, headers: headers)
    }

    private func dial() {
        state = .dialling
        dialer.dial(target) { result, _ in
            switch (result, self.state) {
            case (.success(.http2(let connection)), .dialling): self.opened(connection)
            case (.success(.http2(let connection)), _): connection.close()
            case (.success(.http1(let connection)), _): connection.close()
            case (.failure(let failure), .dialling): self.dialFailed(failure)
            case (.failure, _): break
            }
        }
    }

    private func opened(_ connection: HTTP2Connection) {
        state = .open(connection)
        hasAnswered = false
        connection.changed = { [unowned connection] in self.changed(connection) }
        serve(connection)
    }

    private func changed(_ connection: HTTP2Connection) {
        guard case .open(let current) = state, current === connection else { return }
        guard !connection.isUsable else { return serve(connection) }
        // Old connections finish by themselves what they have.
        connection.changed = nil
        if hasAnswered { failuresInRow = 0 }
        // One that never answered a call is as good as none: the next is not dialled at once.
        guard failuresInRow == 0 else { return pause() }
        failuresInRow = 1
        state = .idle
        if !waiting.isEmpty { dial() }
    }

    private func serve(_ connection: HTTP2Connection) {
        while !waiting.isEmpty, connection.room > 0 { start(waiting.removeFirst(), connection) }
    }

    private func dialFailed(_ failure: LoadFailure) {
        failuresInRow += 1
        pause()
        var reason = failure.description
        if failure.cause == .http2 { reason += "; if the server has TLS, leave --insecure out" }
        failWaiting(.failed(.unavailable, reason))
    }

    /// Dialling a server that is not there again and again would only burn the processor.
    private func pause() {
        state = .pausing
        let pause = min(1 << min(failuresInRow - 1, 7), 100)
        loop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(pause))) {
            guard case .pausing = self.state else { return }
            self.state = .idle
            if !self.waiting.isEmpty { self.dial() }
        }
    }

    private func failWaiting(_ outcome: CallOutcome) {
        let failing = waiting
        waiting = []
        for call in failing { call.end(outcome) }
    }
}
