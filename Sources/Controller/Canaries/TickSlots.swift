import Synchronization

/// Bounds how many canaries are ticked at once; the others wait in the order of their coming.
final class TickSlots: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
        var first = 0
    }

    private let state: Mutex<State>

    init(count: Int) { state = Mutex(State(free: max(1, count))) }

    /// Runs the body once a slot is free. A tick is bounded in time, so the wait is.
    func withSlot<Value: Sendable>(_ body: () async -> Value) async -> Value {
        await take()
        defer { giveBack() }
        return await body()
    }

    private func take() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func giveBack() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.first < state.waiting.count else {
                state.free += 1
                (state.waiting, state.first) = ([], 0)
                return nil
            }
            defer {
                state.first += 1
                // The queue may never be empty: what has left it is let go now and then.
                if state.first == 1024 {
                    state.waiting.removeFirst(state.first)
                    state.first = 0
                }
            }
            return state.waiting[state.first]
        }
        next?.resume()
    }
}
