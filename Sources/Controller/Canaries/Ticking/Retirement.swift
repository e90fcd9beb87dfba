import Synchronization

/// The work for one canary, which ends with it.
final class Retirement: Sendable {
    private struct State {
        var isOver = false
        var next = 0
        var underWay: [Int: Task<Void, Never>] = [:]
    }

    private let state = Mutex(State())

    /// Works in a task of its own until it is done, the canary is gone, or the calling task is cancelled.
    func run(_ work: @escaping @Sendable () async -> Void) async {
        let task = Task { await work() }
        let number = state.withLock { state -> Int? in
            guard !state.isOver else { return nil }
            state.next += 1
            state.underWay[state.next] = task
            return state.next
        }
        if number == nil { task.cancel() }
        await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        if let number { state.withLock { $0.underWay[number] = nil } }
    }

    /// Ends the work that is under way, and lets none begin.
    func end() {
        let tasks = state.withLock { state in
            state.isOver = true
            return Array(state.underWay.values)
        }
        tasks.forEach { $0.cancel() }
    }
}
