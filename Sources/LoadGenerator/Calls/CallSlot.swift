import GRPC
import NIOCore

/// The place of one connection: dials it, dials again when it is gone, and holds calls meanwhile.
///
/// Bound to its event loop.
final class CallSlot {
    private enum State {
        case idle
        case dialling(attempt: Int)
        case open(CallConnection)
        /// The last attempt failed; the next is not made at once.
        case pausing
        case ended
    }

    private let loop: any EventLoop
    private let dialer: CallDialer
    private let method: MethodName
    private let connectTimeout: TimeAmount
    private var state = State.idle
    private var attempts = 0
    private var failuresInRow = 0
    private var waiting: [Call] = []
    /// Connections with calls on them, the open one included.
    private var connections: [CallConnection] = []

    init(loop: any EventLoop, dialer: CallDialer, method: MethodName, connectTimeout: Duration) {
        self.loop = loop
        self.dialer = dialer
        self.method = method
        self.connectTimeout = TimeAmount(connectTimeout)
    }

    /// Sends a call as soon as there is a connection with room for it.
    func submit(_ call: Call) {
        if case .open(let connection) = state, waiting.isEmpty, connection.hasRoom {
            return connection.start(call)
        }
        if case .ended = state { return call.completion(call, .failed(.cancelled, "the run has ended")) }
        waiting.append(call)
        if case .idle = state { dial() }
    }

    /// Sends what was written.
    func flush() {
        for connection in connections { connection.flush() }
    }

    /// Ends the calls whose time is over.
    func expire(now: NIODeadline) {
        for connection in connections { connection.expire(now: now) }
        let late = waiting.filter { $0.deadline <= now }
        guard !late.isEmpty else { return }
        waiting.removeAll { $0.deadline <= now }
        for call in late {
            call.completion(call, .failed(.deadlineExceeded, "context deadline exceeded while connecting"))
        }
    }

    /// Ends everything; calls under way end with the outcome.
    func end(_ outcome: CallOutcome) {
        state = .ended
        for connection in connections { connection.close(outcome) }
        connections = []
        failWaiting(outcome)
    }

    private func dial() {
        attempts += 1
        let attempt = attempts
        state = .dialling(attempt: attempt)
        loop.assumeIsolated().scheduleTask(in: connectTimeout) {
            guard case .dialling(attempt) = self.state else { return }
            for connection in self.connections where !connection.hasRoom {
                connection.delegate = nil
                connection.close(.failed(.unavailable, "timed out connecting"))
            }
            self.dialFailed("timed out connecting: the server sent no HTTP/2 settings")
        }
        dialer.dial(method: method) { connection in
            connection.delegate = self
        } completion: { result in
            guard case .dialling(attempt) = self.state else {
                if case .success(let late) = result, !self.isCurrent(late) {
                    late.close(.failed(.unavailable, "too late"))
                }
                return
            }
            switch result {
            case .success(let connection): self.connections.append(connection)
            case .failure(let failure): self.dialFailed(failure.description)
            }
        }
    }

    private func isCurrent(_ connection: CallConnection) -> Bool {
        if case .open(let current) = state { return current === connection }
        return false
    }

    private func dialFailed(_ reason: String) {
        failuresInRow += 1
        // Dialling a server that is not there again and again would only burn the processor.
        let pause = min(1 << min(failuresInRow - 1, 7), 100)
        state = .pausing
        loop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(pause))) {
            guard case .pausing = self.state else { return }
            self.state = .idle
            if !self.waiting.isEmpty { self.dial() }
        }
        failWaiting(.failed(.unavailable, reason))
    }

    private func failWaiting(_ outcome: CallOutcome) {
        let failing = waiting
        waiting = []
        for call in failing { call.completion(call, outcome) }
    }
}

extension CallSlot: CallConnectionDelegate {
    func connectionOpened(_ connection: CallConnection) {
        guard case .dialling = state else { return }
        state = .open(connection)
        if !connections.contains(where: { $0 === connection }) { connections.append(connection) }
        connectionHasRoom(connection)
    }

    func connectionHasRoom(_ connection: CallConnection) {
        guard case .open(let current) = state, current === connection, !waiting.isEmpty else { return }
        var sent = 0
        while sent < waiting.count, connection.hasRoom {
            connection.start(waiting[sent])
            sent += 1
        }
        waiting.removeFirst(min(sent, waiting.count))
        connection.flush()
    }

    func connection(_ connection: CallConnection, refused call: Call) {
        submit(call)
        // The refused call made room for one that waits.
        if case .open(let current) = state { connectionHasRoom(current) }
        flush()
    }

    func connectionRetired(_ connection: CallConnection, reason: String) {
        connections.removeAll { $0 === connection && !$0.isAnswering }
        switch state {
        case .dialling: dialFailed(reason)
        case .open(let current) where current === connection:
            // One that never answered a call is as good as none: the next is not dialled at once.
            if connection.hasAnswered { failuresInRow = 0 }
            guard failuresInRow == 0 else { return dialFailed(reason) }
            failuresInRow = 1
            state = .idle
            if !waiting.isEmpty { dial() }
        default: break
        }
    }
}
