import Foundation
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

    /// Versions between which writes to a kind may have been missed, since nobody followed it.
    private struct Hole {
        var kind: String
        var after: Int64
        var through: Int64
    }

    private let entries = Mutex<[Int64: Entry]>([:])
    private let holes = Mutex<[Hole]>([])
    /// The version of each kind that was heard last.
    private let heard = Mutex<[String: Int64]>([:])
    private let namespace: String
    private let client: KubernetesClient
    private let types: [ResourceType]

    /// Follows the objects of a namespace while the body runs.
    ///
    /// - Parameter route: the kind that tells the weights.
    static func follow(
        _ controller: RunningController, route: ResourceType = httpRoute,
        _ body: (RolloutRecord) async throws -> Void
    ) async throws {
        let record = RolloutRecord(controller.client, controller.namespace, route)
        let following = Task { await record.run() }
        defer { following.cancel() }
        try await body(record)
    }

    private init(_ client: KubernetesClient, _ namespace: String, _ route: ResourceType) {
        (self.client, self.namespace) = (client, namespace)
        types = [.canary, .deployment, route, Self.lease]
    }

    /// The writes so far, in order.
    var history: [Entry] { entries.withLock { $0.values.sorted { $0.version < $1.version } } }

    /// How many writes there were.
    var count: Int { entries.withLock { $0.count } }

    private func run() async {
        await withDiscardingTaskGroup { group in
            for type in types {
                group.addTask {
                    while !Task.isCancelled {
                        try? await self.follow(type)
                        try? await Task.sleep(for: .milliseconds(20))
                    }
                }
            }
        }
    }

    /// Until the connection ends; what is missed until the next list is not known, and the order of the rest stays right.
    private func follow(_ type: ResourceType) async throws {
        let before = heard.withLock { $0[type.kind] }
        var listed: [KubernetesObject] = []
        let page = try await client.page(
            of: type, in: namespace, matching: .everything, limit: 0, after: nil
        ) { listed.append($0) }
        let version = try #require(Int64(page.resourceVersion))
        if let before, version > before {
            holes.withLock { $0.append(Hole(kind: type.kind, after: before, through: version)) }
        }
        for object in listed { note(object, type) }
        hear(version, type)
        try await client.watch(type, in: namespace, matching: .everything, from: page.resourceVersion) {
            switch $0 {
            case .added(let object), .modified(let object): self.note(object, type)
            case .bookmark(let version): if let version = Int64(version) { self.hear(version, type) }
            case .deleted: break
            }
        }
    }

    private func hear(_ version: Int64, _ type: ResourceType) {
        heard.withLock { $0[type.kind] = max($0[type.kind] ?? 0, version) }
    }

    /// Whether the state of a kind's objects at a version may have been missed.
    private func isUnknown(_ kind: String, at version: Int64) -> Bool {
        holes.withLock { $0.contains { $0.kind == kind && $0.after < version && version <= $0.through } }
    }

    private func note(_ object: KubernetesObject, _ type: ResourceType) {
        guard let version = object.resourceVersion.flatMap(Int64.init) else { return }
        entries.withLock { $0[version] = Entry(version: version, kind: type.kind, object: object) }
        hear(version, type)
    }

    // MARK: What must hold

    /// The canary's weight that an HTTPRoute says.
    static func weight(of route: KubernetesObject) -> Int? {
        route.json[path: "spec", "rules"]?.elements?.last?["backendRefs"]?.elements?.last?["weight"]?.int
    }

    /// The weights that the route of a canary has had, one after the other.
    func weights(_ name: String = "podinfo") -> [Int] {
        weights(of: Self.httpRoute, name) { Self.weight(of: $0) }
    }

    /// The weights that an object of the provider's has had, one after the other.
    func weights(
        of type: ResourceType, _ name: String = "podinfo", _ weight: (KubernetesObject) -> Int?
    ) -> [Int] {
        var weights: [Int] = []
        for entry in history where entry.kind == type.kind && entry.object.name == name {
            if let weight = weight(entry.object), weights.last != weight { weights.append(weight) }
        }
        return weights
    }

    /// Where a status said another weight than was routed when it was written, or where a canary got more traffic while
    /// its Deployment was not ready, or no longer was.
    func violations(_ name: String = "podinfo") -> [String] {
        var violations: [String] = []
        var (route, deployment): (Int?, KubernetesObject?) = (nil, nil)
        // When the same revision was no longer ready that had been.
        var lost: Date?
        for entry in history where entry.object.name == name {
            switch entry.kind {
            case Self.httpRoute.kind:
                let weight = Self.weight(of: entry.object) ?? 0
                if weight > route ?? 0, !Self.isReady(deployment), !Self.isAbout(lost, entry.object),
                    !isUnknown(ResourceType.deployment.kind, at: entry.version)
                {
                    violations.append(
                        "\(entry.version): weight \(weight) on a canary that is not ready: \(deployment?.json["status"]?.text ?? "")"
                    )
                }
                route = weight
            case ResourceType.canary.kind:
                guard let routed = route, let told = entry.object.json[path: "status", "canaryWeight"]?.int,
                    told != routed, !Self.doubtsRoute(entry.object),
                    !isUnknown(Self.httpRoute.kind, at: entry.version)
                else { continue }
                violations.append(
                    "\(entry.version): \(entry.object.json[path: "status", "phase"]?.string ?? "") tells \(told), routed is \(routed)"
                )
            case ResourceType.deployment.kind:
                let isSame = deployment?.generation == entry.object.generation
                if Self.isReady(entry.object) || !isSame {
                    lost = nil
                } else if Self.isReady(deployment) {
                    lost = Self.written(entry.object)
                }
                deployment = entry.object
            default: break
            }
        }
        return violations
    }

    /// Whether a status says that the route could not be written, as far as the controller knows: where the connection broke
    /// before the answer came, the route may have been. The next tick looks.
    private static func doubtsRoute(_ canary: KubernetesObject) -> Bool {
        canary.json["status"]?.text().contains(#"\"stallEffect\":\"route\""#) == true
    }

    /// Whether a route was written right after that: the server was asked before, and a busy machine takes its time
    /// between the two.
    private static func isAbout(_ lost: Date?, _ route: KubernetesObject) -> Bool {
        guard let lost, let written = written(route) else { return false }
        return written.timeIntervalSince(lost) <= 5
    }

    /// When an object was written last, to the second.
    private static func written(_ object: KubernetesObject) -> Date? {
        object.json[path: "metadata", "managedFields"]?.elements?.compactMap { $0["time"]?.string }.max()
            .flatMap { try? Date($0, strategy: .iso8601) }
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
