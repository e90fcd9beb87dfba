import KubernetesClient
import Logging
import ServiceLifecycle
import Synchronization

/// One watch for each kind that somebody reads, started with the first reading.
final class ClusterCaches: Service {
    typealias Cache = ResourceCache<KeptObject>

    /// How long a reading waits for the first list of its kind.
    static let patience = Duration.seconds(20)

    private let api: any WatchAPI
    private let namespace: String?
    private let logger: Logger
    private let caches = Mutex<[ResourceType: Cache]>([:])
    private let started: AsyncStream<Cache>
    private let starts: AsyncStream<Cache>.Continuation

    /// - Parameters:
    ///   - api: lists and watches.
    ///   - namespace: the only one that is watched; nil for all.
    init(api: any WatchAPI, namespace: String?, logger: Logger) {
        self.api = api
        self.namespace = namespace
        self.logger = logger
        (started, starts) = AsyncStream.makeStream()
    }

    /// Follows the kinds until the task is cancelled or the service group shuts down.
    func run() async {
        await withDiscardingTaskGroup { group in
            await cancelWhenGracefulShutdown { [started] in
                await withDiscardingTaskGroup { group in
                    for await cache in started {
                        group.addTask { await cache.run() }
                    }
                }
            }
            group.cancelAll()
        }
    }

    /// The copies of a kind; the first call starts its watch.
    func cache(of type: ResourceType) -> Cache {
        caches.withLock { caches in
            if let cache = caches[type] { return cache }
            let cache = Cache(
                CacheScope(type, in: namespace, matching: Projection.selector(of: type)), of: api,
                logger: logger
            ) { KeptObject(Projection.project($0, type)) }
            caches[type] = cache
            starts.yield(cache)
            return cache
        }
    }

    /// The copies of a kind, once they are complete.
    ///
    /// - Throws: `KubernetesError` when they are not: the kind is not served, may not be read, or the server does not
    ///   answer.
    func syncedCache(of type: ResourceType) async throws -> Cache {
        let cache = cache(of: type)
        let deadline = ContinuousClock.now + Self.patience
        while !cache.isSynced {
            // A kind that is not served, or may not be read, is told at once.
            if let trouble = cache.trouble { throw trouble }
            guard ContinuousClock.now < deadline else {
                throw KubernetesError.unavailable(
                    "the server has not answered the list of \(type) within \(Self.patience)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        return cache
    }

    /// What keeps kinds from being followed, by kind; empty while all is well.
    var troubles: [(type: ResourceType, trouble: KubernetesError)] {
        caches.withLock { $0 }.compactMap { type, cache in cache.trouble.map { (type, $0) } }
            .sorted { "\($0.type)" < "\($1.type)" }
    }
}
