import Synchronization

/// Collects the keys of changed objects until its reader takes them.
final class ChangeFeed: Sendable {
    private struct State {
        var changed: Set<ObjectKey> = []
        var hasOverflowed = false
        var hasEnded = false
        var reader: CheckedContinuation<CacheChange?, Never>?

        var isEmpty: Bool { changed.isEmpty && !hasOverflowed }

        mutating func take() -> CacheChange? {
            defer { (changed, hasOverflowed) = ([], false) }
            if hasOverflowed { return .everything }
            return changed.isEmpty ? nil : .objects(changed)
        }
    }

    private let capacity: Int
    private let state = Mutex(State())

    /// - Parameter capacity: more changed objects than this are told as ``CacheChange/everything``.
    init(capacity: Int) { self.capacity = capacity }

    func insert(_ keys: some Sequence<ObjectKey>) {
        let (reader, change) = state.withLock { state in
            if !state.hasOverflowed { state.changed.formUnion(keys) }
            if state.changed.count > capacity { (state.changed, state.hasOverflowed) = ([], true) }
            guard let reader = state.reader, let change = state.take() else {
                return (nil, nil) as (CheckedContinuation<CacheChange?, Never>?, CacheChange?)
            }
            state.reader = nil
            return (reader, change)
        }
        reader?.resume(returning: change)
    }

    func end() {
        let reader = state.withLock { state in
            state.hasEnded = true
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: nil)
    }

    func next() async -> CacheChange? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (answer, isReady) = state.withLock { state in
                    if Task.isCancelled || state.isEmpty && state.hasEnded {
                        return (nil, true) as (CacheChange?, Bool)
                    }
                    if let change = state.take() { return (change, true) }
                    precondition(state.reader == nil, "a feed of changes has one reader")
                    state.reader = continuation
                    return (nil, false)
                }
                if isReady { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let reader = state.withLock { state in
                defer { state.reader = nil }
                return state.reader
            }
            reader?.resume(returning: nil)
        }
    }
}
