import FlaggerAPI
import JSON
import KubernetesClient
import Rollout

/// What a workload knows of its canary.
struct TargetContext: Sendable {
    let canary: Canary
    let cluster: any Cluster
    let settings: WorkloadSettings
    let memory: CanaryMemory

    var namespace: String { canary.metadata.namespace }
    var targetName: String { canary.spec.targetRef.name }
    var primaryName: String { canary.primaryTargetName }
    var analysis: CanaryAnalysis { canary.spec.effectiveAnalysis }

    func find(_ type: ResourceType, _ name: String) async throws -> KubernetesObject? {
        try await cluster.find(type, name, in: namespace)
    }

    /// Makes an object this very canary's that an earlier one of its name has made, or left without an owner.
    ///
    /// - Throws: `ControllerError.foreign` when it is somebody else's, `.target` when it is being removed already.
    func own(_ type: ResourceType, _ object: KubernetesObject) async throws {
        let text = "\(type.kind) \(object.name).\(namespace)"
        try object.requireOwner(named: canary.metadata.name, text)
        guard let owners = object.owners(with: canary.ownerReference) else { return }
        guard !object.isDeleted else {
            throw ControllerError.target(
                "\(text) is being removed with an earlier canary: waiting for its end")
        }
        try await cluster.patch(
            type, object.name, in: namespace,
            with: [
                "metadata": [
                    "resourceVersion": .string(object.resourceVersion ?? ""), "ownerReferences": owners,
                ]
            ])
    }

    /// Makes a copy of configuration this canary's, or also this canary's when another one reads the same.
    func ownOrShare(_ type: ResourceType, _ object: KubernetesObject) async throws {
        guard object.controllerReference?["name"] != .string(canary.metadata.name) else {
            return try await own(type, object)
        }
        guard let owners = object.sharedOwners(with: canary.ownerReference) else { return }
        try await cluster.patch(
            type, object.name, in: namespace,
            with: [
                "metadata": [
                    "resourceVersion": .string(object.resourceVersion ?? ""), "ownerReferences": owners,
                ]
            ])
    }

    /// Primary is gone, and so is the revision that it ran.
    func unreleased(_ target: String) -> ControllerError {
        .target(
            "\(primaryName) is gone, and \(target) is not at the revision that was released last: deploy that one again, or delete the canary's status to start from the target as it is"
        )
    }

    /// An object of this canary: named, in its namespace, owned by it.
    func object(
        _ type: ResourceType, named name: String, labels: [String: String],
        annotations: [String: String] = [:],
        members: [String: JSONValue]
    ) -> KubernetesObject {
        var json: JSONValue = [
            "apiVersion": .string(type.apiVersion), "kind": .string(type.kind),
            "metadata": [
                "name": .string(name), "namespace": .string(namespace),
                "ownerReferences": [canary.ownerReference],
            ],
        ]
        if !labels.isEmpty { json[path: "metadata", "labels"] = JSONValue(labels) }
        if !annotations.isEmpty { json[path: "metadata", "annotations"] = JSONValue(annotations) }
        for (key, value) in members { json[path: key] = value }
        return KubernetesObject(json: json)
    }
}

/// What the command line says about workloads.
struct WorkloadSettings: Sendable, Equatable {
    /// Labels that may tell the two sides apart, the first one that a target selects by counts.
    var selectorLabels = ["app", "name", "app.kubernetes.io/name"]
    /// Prefixes of labels and annotations that are copied to primary; `*` for all.
    var labelPrefixes: [String] = []
    /// Whether ConfigMaps and Secrets are part of a revision.
    var tracksConfiguration = true
    /// The newest HorizontalPodAutoscaler that the server has.
    var autoscalerType = ResourceType.autoscalerTypes[0]
}
