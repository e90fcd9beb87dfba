import Delivery
import Synchronization

/// The calls that a canary owes, in memory; the status keeps those that were not made when it was written, so that a
/// crash loses none of them. A call that is committed without a change of the status is kept with the next one.
final class CanaryOutbox: Outbox {
    /// Calls that may wait; the oldest give way.
    static let capacity = 200
    /// Calls that a status keeps, the newest.
    static let keptCount = 20

    private struct State {
        var entries: [OutboxEntry] = []
        var next: Int64 = 1
        var isRestored = false
        /// Whether the status holds calls that may have been made since.
        var keepsCalls = false
    }

    private let state = Mutex(State())
    private let onArrival: @Sendable () -> Void
    private let onSettled: @Sendable (HistoryEntry) async -> Void

    /// - Parameters:
    ///   - onArrival: told that calls are to be made.
    ///   - onSettled: told what came of each call.
    init(
        onArrival: @escaping @Sendable () -> Void, onSettled: @escaping @Sendable (HistoryEntry) async -> Void
    ) {
        self.onArrival = onArrival
        self.onSettled = onSettled
    }

    func next(excluding receivers: Set<String>) -> OutboxEntry? {
        state.withLock { state in state.entries.first { !receivers.contains($0.call.receiver) } }
    }

    func settle(_ entry: OutboxEntry, _ outcome: HistoryEntry) async {
        state.withLock { state in state.entries.removeAll { $0.id == entry.id } }
        await onSettled(outcome)
    }

    /// Takes the calls that a status kept, once in a life.
    func restore(_ calls: [OwedCall]) {
        let isRestored = state.withLock { state in
            guard !state.isRestored else { return false }
            state.isRestored = true
            state.keepsCalls = !calls.isEmpty
            return Self.append(calls, to: &state) > 0
        }
        if isRestored { onArrival() }
    }

    /// Adds calls that are durable, or are not meant to be.
    ///
    /// - Returns: how many older ones gave way.
    func add(_ calls: [OwedCall]) -> Int {
        guard !calls.isEmpty else { return 0 }
        let dropped = state.withLock { state in
            let count = state.entries.count
            return max(0, count + Self.append(calls, to: &state) - state.entries.count)
        }
        onArrival()
        return dropped
    }

    private static func append(_ calls: [OwedCall], to state: inout State) -> Int {
        for call in calls {
            state.entries.append(OutboxEntry(id: state.next, call: call))
            state.next += 1
        }
        state.entries.removeFirst(max(0, state.entries.count - capacity))
        return calls.count
    }

    /// What a status that is written now has to keep.
    func kept(with calls: [OwedCall]) -> [OwedCall] {
        state.withLock { Array(($0.entries.map(\.call) + calls).suffix(Self.keptCount)) }
    }

    /// A status was written that keeps so many calls.
    func wrote(_ count: Int) {
        state.withLock { state in
            state.keepsCalls = count > 0
            state.isRestored = true
        }
    }

    /// Whether the status keeps calls although all were made.
    var isStale: Bool { state.withLock { $0.keepsCalls && $0.entries.isEmpty } }
}
