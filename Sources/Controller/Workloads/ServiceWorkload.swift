import Delivery
import FlaggerAPI
import JSON
import KubernetesClient
import Rollout

/// A target that is a Service: its specification is what is released; its pods are the user's own.
struct ServiceWorkload: ClusterWorkload {
    /// What of a specification the user decides; the rest is allocated by the server.
    private static let ownMembers = [
        "selector", "ports", "externalName", "externalIPs", "publishNotReadyAddresses", "sessionAffinity",
        "sessionAffinityConfig", "trafficDistribution",
    ]

    let context: TargetContext

    func observe() async throws -> WorkloadObservation {
        let target = try await target()
        let revision = Revision(spec: Self.hash(of: target))
        context.memory { memory in
            memory.target = revision
            memory.generation = nil
        }
        let primary = try await context.find(.service, context.primaryName)
        return WorkloadObservation(
            target: revision,
            primary: primary.map { WorkloadState(readiness: .ready, revision: $0.primaryRevision) }
                ?? .absent,
            canary: WorkloadState(readiness: .ready, revision: revision))
    }

    func initialise(at revision: Revision) async throws {
        let target = try await target()
        try await put(target, named: "\(context.targetName)-canary", at: revision)
        if let primary = try await context.find(.service, context.primaryName) {
            guard let own = primary.primaryRevision else { return try await adoptPrimary(at: revision) }
            guard own != revision else { return }
        }
        try await put(target, named: context.primaryName, at: revision)
    }

    func scaleUp(to revision: Revision) async throws {
        try await put(try await target(), named: "\(context.targetName)-canary", at: revision)
    }

    func scaleDown() async throws {}

    func promote(_ revision: Revision) async throws {
        let target = try await target()
        guard Self.hash(of: target) == revision.spec else {
            throw ControllerError.target("\(text) has changed meanwhile")
        }
        try await put(target, named: context.primaryName, at: revision)
    }

    func selector() async throws -> (label: String, value: String)? { nil }

    func discoveredPorts() async throws -> [ServicePort] { [] }

    func complaint() async throws -> String? {
        _ = try await target()
        return nil
    }

    func takeOverPrimary() async throws -> Bool {
        guard let primary = try await context.find(.service, context.primaryName) else { return false }
        try await context.own(.service, primary)
        return true
    }

    func lacksPrimary() async throws -> Bool {
        try await context.find(.service, context.primaryName) == nil
    }

    func restorePrimary(at revision: Revision) async throws {
        let target = try await target()
        guard Self.hash(of: target) == revision.spec else { throw context.unreleased(text) }
        try await put(target, named: context.primaryName, at: revision)
    }

    func adoptPrimary(at revision: Revision) async throws {
        guard let primary = try await context.find(.service, context.primaryName),
            primary.primaryRevision != revision
        else { return }
        try await context.cluster.patch(
            .service, context.primaryName, in: context.namespace,
            with: ["metadata": ["annotations": [PodTemplate.revisionKey: .string(revision.annotation)]]])
    }

    func restore() async throws -> Bool { true }

    private var text: String { "Service \(context.targetName).\(context.namespace)" }

    private func target() async throws -> KubernetesObject {
        guard let target = try await context.find(.service, context.targetName) else {
            throw ControllerError.target("\(text) not found: create it, or change spec.targetRef")
        }
        return target
    }

    private static func hash(of service: KubernetesObject) -> String {
        var own = (service.json["spec"]?.members ?? [:]).filter { ownMembers.contains($0.key) }
        own["ports"] = own["ports"]?.elements.map { .array($0.map(withoutNodePort)) }
        return StableHash.of(bytes: JSONValue.object(own).canonicalText.utf8)
    }

    private static func withoutNodePort(_ port: JSONValue) -> JSONValue {
        var port = port
        port["nodePort"] = nil
        return port
    }

    /// Makes a copy of the target under another name.
    private func put(_ target: KubernetesObject, named name: String, at revision: Revision) async throws {
        var spec = (target.json["spec"]?.members ?? [:]).filter { Self.ownMembers.contains($0.key) }
        spec["ports"] = spec["ports"]?.elements.map { .array($0.map(Self.withoutNodePort)) }
        if target.json[path: "spec", "clusterIP"] == "None" { spec["clusterIP"] = "None" }
        let wanted = context.object(
            .service, named: name, labels: target.labels.withoutToolkitMarks,
            annotations: [PodTemplate.revisionKey: revision.annotation], members: ["spec": .object(spec)])
        try await context.cluster.ensure(wanted, as: .service, keeping: GeneratedServices.allocated)
    }
}
