import FlaggerAPI
import Foundation
import JSON
import KubernetesClient

/// The autoscaler of a target, and its copy for primary.
struct PrimaryAutoscaler: Sendable {
    /// The annotation that stops a KEDA ScaledObject.
    static let pauseKey = "autoscaling.keda.sh/paused-replicas"
    /// KEDA's kind.
    static let scaledObject = ResourceType(
        group: "keda.sh", version: "v1alpha1", kind: "ScaledObject", plural: "scaledobjects")

    let context: TargetContext
    let reference: AutoscalerReference

    /// Nil for a canary without an autoscaler.
    init?(context: TargetContext) {
        guard let reference = context.canary.spec.autoscalerRef else { return nil }
        self.context = context
        self.reference = reference
    }

    private var isKEDA: Bool { reference.kind == Self.scaledObject.kind }

    private var type: ResourceType { isKEDA ? Self.scaledObject : context.settings.autoscalerType }

    private func find() async throws -> KubernetesObject? { try await context.find(type, reference.name) }

    private func source() async throws -> KubernetesObject {
        guard let source = try await find() else {
            throw ControllerError.target(
                "\(reference.kind) \(reference.name).\(context.namespace) not found: create it, or change spec.autoscalerRef"
            )
        }
        return source
    }

    /// Whether the target's is there.
    var isThere: Bool { get async throws { try await find() != nil } }

    /// Makes primary's copy when there is none: the canary names the autoscaler since a short time only, or somebody has
    /// deleted the copy. One that is there changes with a promotion.
    func keep() async throws {
        guard try await isThere,
            try await context.find(type, reference.name + PrimaryTemplate.suffix) == nil
        else { return }
        try await reconcile()
    }

    /// Makes primary's copy be as the target's autoscaler is.
    func reconcile() async throws {
        let source = try await source()
        var spec = source.json["spec"] ?? [:]
        spec[path: "scaleTargetRef", "name"] = .string(context.primaryName)
        let limits = reference.primaryScalerReplicas
        let keys = isKEDA ? ("minReplicaCount", "maxReplicaCount") : ("minReplicas", "maxReplicas")
        if let minimum = limits?.minReplicas { spec[keys.0] = JSONValue(minimum) }
        if let maximum = limits?.maxReplicas { spec[keys.1] = JSONValue(maximum) }
        var annotations: [String: String] = [:]
        if isKEDA {
            renameQueries(&spec)
            annotations = source.annotations.withoutToolkitMarks.filter { $0.key != Self.pauseKey }
        }
        let wanted = context.object(
            type, named: reference.name + PrimaryTemplate.suffix, labels: source.labels.withoutToolkitMarks,
            annotations: annotations, members: ["spec": spec])
        try await context.cluster.ensure(wanted, as: type)
    }

    /// Queries that are about the target become ones about primary.
    private func renameQueries(_ spec: inout JSONValue) {
        let target = context.targetName
        spec["triggers"] = spec["triggers"]?.elements.map { triggers in
            .array(
                triggers.map { trigger in
                    var trigger = trigger
                    if let queries = reference.primaryScalerQueries {
                        if let name = trigger["name"]?.string, let query = queries[name] {
                            trigger[path: "metadata", "query"] = .string(query)
                        }
                    } else if let query = trigger[path: "metadata", "query"]?.string {
                        trigger[path: "metadata", "query"] = .string(
                            query.replacingOccurrences(of: "\(target)-canary", with: target)
                                .replacingOccurrences(of: target, with: "\(target)-primary"))
                    }
                    return trigger
                })
        }
        let path = spec[path: "advanced", "horizontalPodAutoscalerConfig", "name"]?.string
        if let name = path, !name.isEmpty {
            spec[path: "advanced", "horizontalPodAutoscalerConfig", "name"] = .string(
                name + PrimaryTemplate.suffix)
        }
    }

    /// How many pods the autoscaler keeps at least.
    func minimumReplicas() async throws -> Int {
        let source = try await source()
        return source.json[path: "spec", isKEDA ? "minReplicaCount" : "minReplicas"]?.int ?? 1
    }

    /// Keeps the target's autoscaler from scaling it up while it is stopped. A HorizontalPodAutoscaler leaves a target
    /// without pods alone by itself.
    func pauseTarget() async throws {
        guard isKEDA, let source = try await find(), source.annotations[Self.pauseKey] != "0" else { return }
        try await annotate("0")
    }

    /// Lets the target's autoscaler work again.
    func resumeTarget() async throws {
        guard isKEDA, let source = try await find(), source.annotations[Self.pauseKey] != nil else { return }
        try await annotate(.null)
    }

    private func annotate(_ value: JSONValue) async throws {
        try await context.cluster.patch(
            type, reference.name, in: context.namespace,
            with: ["metadata": ["annotations": [Self.pauseKey: value]]])
    }
}
