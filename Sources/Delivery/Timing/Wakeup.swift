import Synchronization

/// Lets a loop sleep until its time has come or somebody wakes it. One sleeper at a time.
public final class Wakeup: Sendable {
    private struct State {
        var isPending = false
        var sleeper: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Makes one that nobody sleeps on.
    public init() {}

    /// Ends the current sleep, or the next one at once.
    public func signal() {
        let sleeper = state.withLock { state in
            guard let sleeper = state.sleeper else {
                state.isPending = true
                return CheckedContinuation<Void, Never>?.none
            }
            state.sleeper = nil
            return sleeper
        }
        sleeper?.resume()
    }

    /// Sleeps for at most this long; returns early on a signal or when the task is cancelled.
    public func sleep(atMost duration: Duration) async {
        await sleep(until: .now + duration, clock: ContinuousClock())
    }

    /// Sleeps until a moment at the latest; returns early on a signal or when the task is cancelled.
    ///
    /// - Parameter clock: measures; injected so that tests need no time.
    public func sleep<C: Clock>(until deadline: C.Instant, clock: C) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait() }
            group.addTask { try? await clock.sleep(until: deadline, tolerance: nil) }
            await group.next()
            group.cancelAll()
        }
    }

    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = state.withLock { state in
                    if state.isPending || Task.isCancelled {
                        state.isPending = false
                        return true
                    }
                    state.sleeper = continuation
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                defer { state.sleeper = nil }
                return state.sleeper
            }
            sleeper?.resume()
        }
    }
}
