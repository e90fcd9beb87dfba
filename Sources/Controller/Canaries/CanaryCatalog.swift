import JSON
import KubernetesClient
import Rollout
import Synchronization

/// The canaries of the cluster: follows their resources and targets, and runs each.
final class CanaryCatalog: Sendable {
    private let caches: ClusterCaches
    private let environment: ControllerEnvironment
    private let canaries = Mutex<[ObjectKey: ClusterCanary]>([:])

    init(caches: ClusterCaches, environment: ControllerEnvironment) {
        self.caches = caches
        self.environment = environment
    }

    /// Runs all canaries until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for kind in [ResourceType.deployment, .daemonSet, .service] {
                group.addTask { await self.followTargets(of: kind) }
            }
            let cache = caches.cache(of: .canary)
            for await change in cache.changes() {
                let keys: Set<ObjectKey> =
                    switch change {
                    case .objects(let keys): keys
                    case .everything: Set(cache.keys).union(canaries.withLock { $0 }.keys)
                    }
                for (place, key) in keys.enumerated() {
                    if let fresh = update(key, cache.value(key)) {
                        let delay = delay(of: cache.value(key), place: place, of: keys.count)
                        group.addTask { await fresh.run(after: delay) }
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
        let canary = ClusterCanary(key, uid: object.uid, in: environment)
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

    /// Canaries at rest are spread over the shortest interval; new ones and running rollouts are looked at at once.
    private func delay(of object: KubernetesObject?, place: Int, of count: Int) -> Duration {
        let phase = object?.json[path: "status", "phase"]?.string.flatMap(Phase.init(rawValue:))
        guard phase?.isAtRest == true, count > 1 else { return .zero }
        return environment.settings.minimumInterval * place / count
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
                let object = cache.value(key)
                for canary in canaries(of: key.name, key, type) { canary.targetChanged(object) }
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
