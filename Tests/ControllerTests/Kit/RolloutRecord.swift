import JSON
import KubernetesClient
import Synchronization
import Testing

@testable import Controller

/// What the server has kept of a namespace's objects, in the order of its writes, whatever their kind: versions are
/// those of one store.
final class RolloutRecord: Sendable {
    /// One write.
    struct Entry: Sendable {
        var version: Int64
        var kind: String
        var object: KubernetesObject
    }

    static let httpRoute = RouterType.gatewayAPI.watched[0]
    static let lease = ResourceType(
        group: "coordination.k8s.io", version: "v1", kind: "Lease", plural: "leases")

    private let entries = Mutex<[Int64: Entry]>([:])
    private let namespace: String
    private let client: KubernetesClient

    /// Follows the objects of a namespace while the body runs.
    static func follow(
        _ controller: RunningController, _ body: (RolloutRecord) async throws -> Void
    ) async throws {
        let record = RolloutRecord(controller.client, controller.namespace)
        let following = Task { await record.run() }
        defer { following.cancel() }
        try await body(record)
    }

    private init(_ client: KubernetesClient, _ namespace: String) {
        (self.client, self.namespace) = (client, namespace)
    }

    /// The writes so far, in order.
    var history: [Entry] { entries.withLock { $0.values.sorted { $0.version < $1.version } } }

    /// How many writes there were.
    var count: Int { entries.withLock { $0.count } }

    private func run() async {
        await withDiscardingTaskGroup { group in
            for type in [ResourceType.canary, .deployment, Self.httpRoute, Self.lease] {
                group.addTask {
                    while !Task.isCancelled {
                        try? await self.follow(type)
                        try? await Task.sleep(for: .milliseconds(20))
                    }
                }
            }
        }
    }

    /// Until the connection ends; what was missed meanwhile is not known, and the order of the rest stays right.
    private func follow(_ type: ResourceType) async throws {
        let page = try await client.page(
            of: type, in: namespace, matching: .everything, limit: 0, after: nil
        ) { note($0, type) }
        try await client.watch(type, in: namespace, matching: .everything, from: page.resourceVersion) {
            switch $0 {
            case .added(let object), .modified(let object): self.note(object, type)
            case .deleted, .bookmark: break
            }
        }
    }

    private func note(_ object: KubernetesObject, _ type: ResourceType) {
        guard let version = object.resourceVersion.flatMap(Int64.init) else { return }
        entries.withLock { $0[version] = Entry(version: version, kind: type.kind, object: object) }
    }

    // MARK: What must hold

    /// The canary's weight that an HTTPRoute says.
    static func weight(of route: KubernetesObject) -> Int? {
        route.json[path: "spec", "rules"]?.elements?.last?["backendRefs"]?.elements?.last?["weight"]?.int
    }

    /// The weights that the route of a canary has had, one after the other.
    func weights(_ name: String = "podinfo") -> [Int] {
        var weights: [Int] = []
        for entry in history where entry.kind == Self.httpRoute.kind && entry.object.name == name {
            if let weight = Self.weight(of: entry.object), weights.last != weight { weights.append(weight) }
        }
        return weights
    }

    /// Where a status said another weight than was routed when it was written, or where a canary got more traffic while
    /// its Deployment was not ready.
    func violations(_ name: String = "podinfo") -> [String] {
        var violations: [String] = []
        var (route, deployment): (Int?, KubernetesObject?) = (nil, nil)
        for entry in history where entry.object.name == name {
            switch entry.kind {
            case Self.httpRoute.kind:
                let weight = Self.weight(of: entry.object) ?? 0
                if weight > route ?? 0, !Self.isReady(deployment) {
                    violations.append(
                        "\(entry.version): weight \(weight) on a canary that is not ready: \(deployment?.json["status"]?.text ?? "")"
                    )
                }
                route = weight
            case ResourceType.canary.kind:
                guard let routed = route, let told = entry.object.json[path: "status", "canaryWeight"]?.int,
                    told != routed
                else { continue }
                violations.append(
                    "\(entry.version): \(entry.object.json[path: "status", "phase"]?.string ?? "") tells \(told), routed is \(routed)"
                )
            case ResourceType.deployment.kind: deployment = entry.object
            default: break
            }
        }
        return violations
    }

    private static func isReady(_ deployment: KubernetesObject?) -> Bool {
        guard let deployment, deployment.replicas > 0 else { return false }
        let status = deployment.json["status"]
        return status?["observedGeneration"]?.int == deployment.generation
            && status?["updatedReplicas"]?.int == deployment.replicas
            && status?["availableReplicas"]?.int == deployment.replicas
    }

    /// What was written to canaries and routes between a version and the moment when a controller led again.
    func writesWhileNobodyLed(after version: Int64) throws -> [Entry] {
        let later = history.filter { $0.version > version }
        let regained = try #require(
            later.firstIndex {
                $0.kind == Self.lease.kind
                    && $0.object.json[path: "spec", "holderIdentity"]?.string != "somebody else"
            })
        return later[..<regained].filter {
            [ResourceType.canary.kind, Self.httpRoute.kind].contains($0.kind)
        }
    }
}
