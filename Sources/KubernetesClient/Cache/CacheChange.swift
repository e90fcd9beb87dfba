/// What has changed in a cache since it was last asked.
public enum CacheChange: Hashable, Sendable {
    /// These objects were added, changed or deleted; several changes of one object count once.
    case objects(Set<ObjectKey>)
    /// More than the feed holds: every object may have changed, or be gone.
    case everything
}

/// The changes of a cache, for one reader: what happens while the reader is busy is told together.
///
/// Starts with all objects that the cache holds. Ends when the task is cancelled or the cache's service has ended.
public struct CacheChanges: AsyncSequence, Sendable {
    let feed: ChangeFeed
    let whenDropped: DropAction

    /// Reads the changes.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let changes: CacheChanges

        /// The changes since the last call; waits when there is none.
        public mutating func next() async -> CacheChange? { await changes.feed.next() }
    }

    /// Starts reading; a feed has one reader.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(changes: self) }
}

/// Runs when the last copy of what holds it is gone.
final class DropAction: Sendable {
    private let action: @Sendable () -> Void

    init(_ action: @escaping @Sendable () -> Void) { self.action = action }

    deinit { action() }
}
