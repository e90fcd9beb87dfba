import Synchronization

/// Something that happens once and that tasks can wait for.
public final class Latch: Sendable {
    private struct State {
        var isOpen = false
        var nextWaiter = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var cancelled: Set<Int> = []
    }

    private let state = Mutex(State())

    /// Makes a closed one.
    public init() {}

    /// Whether it has happened.
    public var isOpen: Bool { state.withLock { $0.isOpen } }

    /// Opens the latch for good; opening it again changes nothing.
    public func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        waiting.forEach { $0.resume() }
    }

    /// Returns once the latch is open, or early when the task is cancelled.
    public func wait() async {
        let waiter = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let resumesNow = state.withLock { state in
                    if state.isOpen || state.cancelled.remove(waiter) != nil { return true }
                    state.waiters[waiter] = continuation
                    return false
                }
                if resumesNow { continuation.resume() }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                let waiting = state.waiters.removeValue(forKey: waiter)
                if waiting == nil, !state.isOpen { state.cancelled.insert(waiter) }
                return waiting
            }
            continuation?.resume()
        }
    }
}
