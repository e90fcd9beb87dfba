import JSON
import KubernetesClient
import Rollout
import Synchronization

/// The canaries of the cluster: follows their resources and targets, and runs each.
final class CanaryCatalog: Sendable {
    private let caches: ClusterCaches
    private let environment: ControllerEnvironment
    private let canaries = Mutex<[ObjectKey: ClusterCanary]>([:])
    private let owing: AsyncStream<ObjectKey>
    private let owes: AsyncStream<ObjectKey>.Continuation

    /// The kinds of targets, whose changes are followed.
    static let targetTypes = [ResourceType.deployment, .daemonSet, .service]
    /// After a start, that many canaries at rest are looked at in a second.
    static let looksPerSecond = 500

    init(caches: ClusterCaches, environment: ControllerEnvironment) {
        self.caches = caches
        self.environment = environment
        (owing, owes) = AsyncStream.makeStream()
    }

    /// Runs all canaries until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for type in Self.targetTypes {
                group.addTask { await self.followTargets(of: type) }
            }
            group.addTask { await self.environment.schedule.run() }
            group.addTask { await self.deliver() }
            let cache = caches.cache(of: .canary)
            for await change in cache.changes() {
                let keys: Set<ObjectKey> =
                    switch change {
                    case .objects(let keys): keys
                    case .everything: Set(cache.keys).union(canaries.withLock { $0 }.keys)
                    }
                for (place, key) in keys.enumerated() {
                    let object = cache.object(key)
                    if let fresh = update(key, object) {
                        start(fresh, object, place: place, of: keys.count)
                    }
                }
            }
            group.cancelAll()
        }
    }

    /// Takes what has become of a canary.
    ///
    /// - Returns: the canary when it has to be run from now on.
    private func update(_ key: ObjectKey, _ object: KubernetesObject?) -> ClusterCanary? {
        guard let object else {
            canaries.withLock { $0.removeValue(forKey: key) }?.retire()
            environment.metrics.forget(key)
            for other in environment.registry.forget(key) { canaries.withLock { $0[other] }?.hurry() }
            return nil
        }
        if let known = canaries.withLock({ $0[key] }) {
            guard known.uid != object.uid else {
                known.resourceChanged(object)
                return nil
            }
            known.retire()
        }
        note(key, object)
        environment.metrics.count(key)
        let canary = ClusterCanary(key, uid: object.uid, in: environment) { [owes] in owes.yield($0) }
        canaries.withLock { $0[key] = canary }
        return canary
    }

    /// Notes what a canary releases before any is ticked, so that of two with one target the older one is found.
    private func note(_ key: ObjectKey, _ object: KubernetesObject) {
        guard let kind = object.json[path: "spec", "targetRef", "kind"]?.string,
            let name = object.json[path: "spec", "targetRef", "name"]?.string
        else { return }
        environment.registry.note(
            key,
            releases: TargetRegistry.Target(namespace: key.namespace ?? "", kind: kind, name: name),
            since: object.json[path: "metadata", "creationTimestamp"]?.string ?? "")
    }

    /// New canaries and running rollouts are looked at at once. So are, one after the other, canaries at rest, of which
    /// some may have a new revision that no controller has seen; from then on they are spread over the shortest interval.
    private func start(_ canary: ClusterCanary, _ object: KubernetesObject?, place: Int, of count: Int) {
        let phase = object?.json[path: "status", "phase"]?.string.flatMap(Phase.init(rawValue:))
        let isSpread = phase?.isAtRest == true && count > 1
        environment.schedule.add(
            canary, after: isSpread ? .seconds(1) * place / Self.looksPerSecond : .zero,
            firstInterval: isSpread ? environment.settings.minimumInterval * place / count : nil)
    }

    /// Makes owed calls, those of each canary apart from its ticks.
    private func deliver() async {
        await withDiscardingTaskGroup { group in
            for await key in owing {
                guard let canary = canaries.withLock({ $0[key] }) else { continue }
                group.addTask { await canary.deliver() }
            }
        }
    }

    /// A new revision is seen at once, and so is a first primary that has become ready.
    private func followTargets(of type: ResourceType) async {
        let cache = caches.cache(of: type)
        for await change in cache.changes() {
            guard case .objects(let keys) = change else {
                canaries.withLock { Array($0.values) }.forEach { $0.targetChanged(nil) }
                continue
            }
            for key in keys {
                for canary in canaries(of: key.name, key, type) {
                    canary.targetChanged(cache.object(key))
                }
                guard key.name.hasSuffix(PrimaryTemplate.suffix) else { continue }
                let target = String(key.name.dropLast(PrimaryTemplate.suffix.count))
                for canary in canaries(of: target, key, type) { canary.primaryChanged() }
            }
        }
    }

    private func canaries(of target: String, _ key: ObjectKey, _ type: ResourceType) -> [ClusterCanary] {
        let keys = environment.registry.canaries(
            of: TargetRegistry.Target(namespace: key.namespace ?? "", kind: type.kind, name: target))
        return canaries.withLock { canaries in keys.compactMap { canaries[$0] } }
    }
}
