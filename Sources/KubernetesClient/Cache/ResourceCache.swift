public import Logging
public import ServiceLifecycle
import Synchronization
import Timing

/// The objects of one kind, kept up to date by one watch and read without a request.
///
/// Each object is projected when it arrives, and only the projection is kept. `run()` lists, then watches, and goes on
/// after whatever happens to the connection until its task is cancelled or the service group shuts down; meanwhile the
/// cache answers with what it last heard.
public final class ResourceCache<Projection: Sendable>: Service {
    /// Makes what is kept of an object. Nil leaves the object out; an error as well, and is kept as its ``problem(of:)``.
    public typealias Project = @Sendable (KubernetesObject) throws -> Projection?

    struct State {
        var store: CacheStore<Projection>
        var lastContact: ContinuousClock.Instant?
        var trouble: KubernetesError?
        var feeds: [Int: ChangeFeed] = [:]
        var nextFeed = 0
        var hasEnded = false
    }

    /// Which objects it holds.
    public let scope: CacheScope
    let api: any WatchAPI
    let indexes: [CacheIndex<Projection>]
    let project: Project
    let timing: CacheTiming
    let logger: Logger
    let state: Mutex<State>
    let synced = Latch()

    /// Makes an empty cache; `run()` fills it.
    ///
    /// - Parameters:
    ///   - scope: the kind, and where and which of it.
    ///   - api: reads and watches.
    ///   - indexes: other ways to find objects.
    ///   - timing: pauses after failures, and the size of a page.
    ///   - logger: gets one line for a connection that is lost or refused, and one when it is back.
    ///   - project: makes what is kept of an object.
    public init(
        _ scope: CacheScope, of api: any WatchAPI, indexes: [CacheIndex<Projection>] = [],
        timing: CacheTiming = CacheTiming(), logger: Logger = Logger(label: "kubernetes"),
        project: @escaping Project
    ) {
        self.scope = scope
        self.api = api
        self.indexes = indexes
        self.timing = timing
        self.logger = logger
        self.project = project
        state = Mutex(State(store: CacheStore(indexCount: indexes.count)))
    }

    /// Whether the first list is complete; stays true.
    public var isSynced: Bool { synced.isOpen }

    /// Why the cache hears nothing from the server at present; nil while all is well.
    public var trouble: KubernetesError? { state.withLock { $0.trouble } }

    /// When the server was last heard; nil before the first list.
    public var lastContact: ContinuousClock.Instant? { state.withLock { $0.lastContact } }

    /// Returns once the first list is complete.
    ///
    /// - Throws: when it takes longer than `limit`, the trouble that the cache has; `CancellationError`.
    public func waitUntilSynced(within limit: Duration = .seconds(30)) async throws {
        do {
            try await withDeadline(limit, clock: timing.clock) {
                await self.synced.wait()
                try Task.checkCancellation()
            }
        } catch is DeadlineExceeded {
            throw trouble
                ?? .unavailable("the server has not answered the list of \(scope.type) within \(limit)")
        }
    }

    /// The object of a name; nil when there is none, or the projection left it out.
    public func value(_ key: ObjectKey) -> Projection? {
        state.withLock { $0.store.entries[key]?.value }
    }

    /// The object of a name; nil when there is none, or the projection left it out.
    public subscript(namespace: String?, name: String) -> Projection? {
        value(ObjectKey(namespace: namespace, name: name))
    }

    /// Why the projection refused an object that exists.
    public func problem(of key: ObjectKey) -> String? {
        state.withLock { $0.store.entries[key]?.problem }
    }

    /// All objects of a namespace, or of all; in no order.
    public func values(in namespace: String? = nil) -> [Projection] {
        state.withLock { state -> [Projection] in
            guard let namespace else { return state.store.entries.values.compactMap(\.value) }
            return state.store.keys(inNamespace: namespace).compactMap { state.store.entries[$0]?.value }
        }
    }

    /// The keys of all objects that the cache holds.
    public var keys: [ObjectKey] {
        state.withLock { state in
            state.store.entries.compactMap { key, entry in entry.value == nil ? nil : key }
        }
    }

    /// The objects that an index has under a key; empty for an index that the cache does not have.
    public func values(by index: String, _ key: String) -> [Projection] {
        guard let number = indexes.firstIndex(where: { $0.name == index }) else { return [] }
        return state.withLock { state in
            state.store.keys(inIndex: number, under: key).compactMap { state.store.entries[$0]?.value }
        }
    }

    /// What changes from now on, starting with everything that the cache holds.
    ///
    /// - Parameter capacity: when more objects than this change while the reader is busy, they are told as
    ///   ``CacheChange/everything``.
    public func changes(capacity: Int = 10_000) -> CacheChanges {
        let feed = ChangeFeed(capacity: capacity)
        let (number, present, hasEnded) = state.withLock { state in
            state.nextFeed += 1
            state.feeds[state.nextFeed] = feed
            return (state.nextFeed, Array(state.store.entries.keys), state.hasEnded)
        }
        feed.insert(present)
        if hasEnded { feed.end() }
        return CacheChanges(
            feed: feed,
            whenDropped: DropAction { [weak self] in
                _ = self?.state.withLock { $0.feeds.removeValue(forKey: number) }
            })
    }

    /// Takes over an object that this process has just written, so that the next look-up sees it before the watch does.
    ///
    /// Older news is ignored, whichever way it comes.
    public func accept(_ written: KubernetesObject) {
        let version = Self.number(written.resourceVersion)
        guard version > 0 else { return }
        let entry = entry(for: written)
        tell(
            state.withLock { state -> ObjectKey? in
                guard version > state.store.latest,
                    version > state.store.entries[written.key]?.version ?? 0
                else { return nil }
                state.store.set(entry, for: written.key)
                return written.key
            })
    }
}
