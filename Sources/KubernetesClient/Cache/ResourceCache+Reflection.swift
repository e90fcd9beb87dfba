import Logging
import ServiceLifecycle

/// Keeping the cache like the server: list, watch, and start over after failures.
extension ResourceCache {
    /// Keeps the cache up to date until the task is cancelled or the service group shuts down.
    public func run() async {
        state.withLock { $0.hasEnded = false }
        await cancelWhenGracefulShutdown { await self.reflect() }
        let feeds = state.withLock { state in
            state.hasEnded = true
            return Array(state.feeds.values)
        }
        feeds.forEach { $0.end() }
    }

    private func reflect() async {
        var version: String?
        var failures = 0
        while !Task.isCancelled {
            let start = ContinuousClock.now
            do {
                if let known = version {
                    let reached = WatchPosition(known)
                    defer { version = reached.version }
                    try await follow(from: reached)
                    failures = ContinuousClock.now - start < timing.shortestWatch ? failures + 1 : 0
                } else {
                    version = try await relist()
                    failures = 0
                }
            } catch let error as KubernetesError {
                if case .expired = error { version = nil }
                if ContinuousClock.now - start > timing.backOff.longest { failures = 0 }
                failures += 1
                note(error, failures: failures)
            } catch {
                if Task.isCancelled { return }
                failures += 1
                note(.unavailable("\(error)"), failures: failures)
            }
            guard failures > 0 else { continue }
            try? await timing.clock.sleep(for: timing.backOff.pause(after: failures))
        }
    }

    /// Reads the whole list and makes the cache the same; returns the version to watch from.
    private func relist() async throws -> String {
        var fresh: [(ObjectKey, CacheStore<Projection>.Entry)] = []
        let version = try await PagedList(
            scope.type, in: scope.namespace, matching: scope.selector, pageSize: timing.pageSize, of: api
        ).read(restart: { fresh = [] }, receive: { fresh.append(($0.key, entry(for: $0))) })
        replace(with: fresh, version: version)
        return version
    }

    private func follow(from position: WatchPosition) async throws {
        try await api.watch(
            scope.type, in: scope.namespace, matching: scope.selector, from: position.version
        ) { event in
            if case .bookmark(let told) = event, Self.number(told) < Self.number(position.version) {
                // A server that was restored from a backup would say nothing until it had come as far again.
                throw KubernetesError.expired("the server has gone back to version \(told)")
            }
            self.apply(event)
            position.move(to: event)
        }
    }

    private func replace(with fresh: [(ObjectKey, CacheStore<Projection>.Entry)], version: String) {
        let listed = Self.number(version)
        let changed = state.withLock { state in
            // A server that was restored from a backup counts from an older version again.
            let wentBack = listed < state.store.latest
            state.store.latest = listed
            // Written by this process after the list was made.
            let isNewer = { (held: CacheStore<Projection>.Entry) in !wentBack && held.version > listed }
            var changed: Set<ObjectKey> = []
            var present: Set<ObjectKey> = []
            for (key, entry) in fresh {
                present.insert(key)
                if let held = state.store.entries[key], listed > 0 {
                    if isNewer(held) || held.version == entry.version { continue }
                }
                state.store.set(entry, for: key)
                changed.insert(key)
            }
            for (key, held) in state.store.entries
            where !present.contains(key) && !(listed > 0 && isNewer(held)) {
                state.store.remove(key)
                changed.insert(key)
            }
            return changed
        }
        noteContact()
        synced.open()
        tell(changed)
    }

    private func apply(_ event: WatchEvent) {
        noteContact()
        switch event {
        case .bookmark(let version):
            state.withLock { $0.store.latest = max($0.store.latest, Self.number(version)) }
        case .added(let object), .modified(let object):
            let entry = entry(for: object)
            tell(
                state.withLock { state -> ObjectKey? in
                    state.store.latest = max(state.store.latest, entry.version)
                    let held = state.store.entries[object.key]
                    if let held, held.version != 0, held.version >= entry.version { return nil }
                    state.store.set(entry, for: object.key)
                    return object.key
                })
        case .deleted(let object):
            let version = Self.number(object.resourceVersion)
            tell(
                state.withLock { state -> ObjectKey? in
                    state.store.latest = max(state.store.latest, version)
                    let held = state.store.entries[object.key]
                    if let held, version > 0, held.version > version { return nil }
                    return state.store.remove(object.key) == nil ? nil : object.key
                })
        }
    }

    func entry(for object: KubernetesObject) -> CacheStore<Projection>.Entry {
        let version = Self.number(object.resourceVersion)
        do {
            let value = try project(object)
            let keys = value.map { value in indexes.map { $0.keys(value) } } ?? []
            return .init(version: version, value: value, problem: nil, indexKeys: keys)
        } catch {
            if problem(of: object.key) != "\(error)" {
                logger.warning("\(scope.type.kind) \(object.key) is left out: \(error)")
            }
            return .init(version: version, value: nil, problem: "\(error)", indexKeys: [])
        }
    }

    func tell(_ changed: some Collection<ObjectKey>) {
        guard !changed.isEmpty else { return }
        let feeds = state.withLock { Array($0.feeds.values) }
        feeds.forEach { $0.insert(changed) }
    }

    func tell(_ changed: ObjectKey?) {
        if let changed { tell(CollectionOfOne(changed)) }
    }

    private func noteContact() {
        let hadTrouble = state.withLock { state in
            defer { (state.trouble, state.lastContact) = (nil, .now) }
            return state.trouble != nil
        }
        if hadTrouble { logger.info("watching \(scope.type) again") }
    }

    private func note(_ error: KubernetesError, failures: Int) {
        if case .expired = error, failures == 1 { return }
        let isNews = state.withLock { state in
            defer { state.trouble = error }
            return state.trouble != error
        }
        // Watches end without notice whenever a server or a load balancer restarts.
        let level: Logger.Level = failures == 1 ? .info : .warning
        if isNews { logger.log(level: level, "watching \(scope.type): \(error)") }
    }

    /// Versions are numbers on every server in use, and comparable by contract since Kubernetes 1.35; 0 stands for others.
    static func number(_ version: String?) -> UInt64 { version.flatMap { UInt64($0) } ?? 0 }
}
