import Synchronization

/// Those who watch the history live.
final class Followers: Sendable {
    private struct State {
        var next = 0
        var continuations: [Int: AsyncStream<HistoryLine>.Continuation] = [:]
    }

    private let state = Mutex(State())

    func add() -> AsyncStream<HistoryLine> {
        let (stream, continuation) = AsyncStream<HistoryLine>.makeStream(
            bufferingPolicy: .bufferingNewest(1000))
        let id = state.withLock { state in
            state.next += 1
            state.continuations[state.next] = continuation
            return state.next
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.continuations.removeValue(forKey: id) }
        }
        return stream
    }

    func send(_ line: HistoryLine) {
        let continuations = state.withLock { Array($0.continuations.values) }
        for continuation in continuations { continuation.yield(line) }
    }
}
