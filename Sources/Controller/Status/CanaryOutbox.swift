import Delivery
import Foundation
import Synchronization

/// The calls that a canary owes. All of them are in the status as well, from the write that decided on them until the
/// next one after they were made: a crash loses none, and may make one twice.
final class CanaryOutbox: Outbox {
    /// Calls that may wait; the oldest give way.
    static let capacity = 100
    /// What they may take in the status. Only the newest call may be larger by itself.
    static let capacityInBytes = 1 << 17

    private struct Waiting {
        var entry: OutboxEntry
        var sizeInBytes: Int
    }

    private struct State {
        var waiting: [Waiting] = []
        var next: Int64 = 1
        var isRestored = false
        /// Whether the status holds calls that may have been made since.
        var keepsCalls = false
        /// Whether that was so at the last look.
        var wasStale = false
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
        state.withLock { state in
            state.waiting.first { !receivers.contains($0.entry.call.receiver) }?.entry
        }
    }

    func settle(_ entry: OutboxEntry, _ outcome: HistoryEntry) async {
        state.withLock { state in state.waiting.removeAll { $0.entry.id == entry.id } }
        await onSettled(outcome)
    }

    /// Takes the calls that a status kept, once in a life.
    func restore(_ calls: [OwedCall]) {
        let isRestored = state.withLock { state in
            guard !state.isRestored else { return false }
            state.isRestored = true
            state.keepsCalls = !calls.isEmpty
            Self.append(calls, to: &state)
            return !calls.isEmpty
        }
        if isRestored { onArrival() }
    }

    /// Adds calls that a status keeps.
    ///
    /// - Returns: how many older ones gave way.
    func add(_ calls: [OwedCall]) -> Int {
        guard !calls.isEmpty else { return 0 }
        let dropped = state.withLock { Self.append(calls, to: &$0) }
        onArrival()
        return dropped
    }

    @discardableResult
    private static func append(_ calls: [OwedCall], to state: inout State) -> Int {
        for call in calls {
            state.waiting.append(
                Waiting(entry: OutboxEntry(id: state.next, call: call), sizeInBytes: size(of: call)))
            state.next += 1
        }
        let count = state.waiting.count
        var sizeInBytes = state.waiting.reduce(0) { $0 + $1.sizeInBytes }
        while state.waiting.count > 1,
            state.waiting.count > capacity || sizeInBytes > capacityInBytes
        {
            sizeInBytes -= state.waiting.removeFirst().sizeInBytes
        }
        return count - state.waiting.count
    }

    private static func size(of call: OwedCall) -> Int {
        (try? JSONEncoder().encode(call).count) ?? 0
    }

    /// What a status that is written now has to keep: what `add` will leave.
    func kept(with calls: [OwedCall]) -> [OwedCall] {
        state.withLock { state in
            var copy = state
            Self.append(calls, to: &copy)
            return copy.waiting.map(\.entry.call)
        }
    }

    /// A status was written that keeps so many calls.
    func wrote(_ count: Int) {
        state.withLock { state in
            state.keepsCalls = count > 0
            state.wasStale = false
            state.isRestored = true
        }
    }

    /// Whether the status has kept calls that were all made, now and at the last look: no further write is on its way
    /// that would clear them.
    func isStale() -> Bool {
        state.withLock { state in
            defer { state.wasStale = state.keepsCalls && state.waiting.isEmpty }
            return state.wasStale && state.keepsCalls && state.waiting.isEmpty
        }
    }
}
