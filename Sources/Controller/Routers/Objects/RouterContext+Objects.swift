import FlaggerAPI
import JSON
import KubernetesClient

/// Writing the objects of a provider.
extension RouterContext {
    /// An object of the provider named after the apex, with the metadata that the user wants there.
    func apexObject(_ type: ResourceType, spec: JSONValue) -> KubernetesObject {
        object(type, named: canary.apexName, metadata: canary.spec.service.apex, spec: spec)
            .annotated(Self.toolkitOrders)
    }

    /// Tells Flux to leave an object alone, where labels were copied from one that it manages.
    static let toolkitOrders = [
        "kustomize.toolkit.fluxcd.io/reconcile": "disabled",
        "helm.toolkit.fluxcd.io/driftDetection": "disabled",
    ]

    /// Reads an object of the provider; nil when there is none.
    ///
    /// - Throws: ``ControllerError/route(_:)`` when the cluster does not have its kind.
    func find(_ type: ResourceType, _ name: String) async throws -> KubernetesObject? {
        do {
            return try await cluster.find(type, name, in: namespace)
        } catch KubernetesError.notFound {
            throw ControllerError.route(
                "the cluster has no \(type.kind) of \(type.apiVersion): install its custom resource definitions, or change spec.provider"
            )
        }
    }

    /// Makes an object be as wanted, and writes nothing when it is.
    ///
    /// What a foreign object specified before is kept in an annotation, for ``restore(_:_:members:)``.
    ///
    /// - Parameters:
    ///   - wanted: the object.
    ///   - type: its kind.
    ///   - members: the members of `spec` that are written as a whole; others stay.
    ///   - isStale: which annotations go unless they are wanted.
    /// - Returns: the complaint that the cluster's definition of the kind drops a part of it; the rest is written.
    func keep(
        _ wanted: KubernetesObject, as type: ResourceType, members: Set<String>,
        isStale: (String) -> Bool = { _ in false }
    ) async throws -> ControllerError? {
        let existing = try await find(type, wanted.name)
        var wanted = wanted
        var foreign: Set<String> = []
        if let existing {
            for key in existing.annotations.keys where isStale(key) && wanted.annotations[key] == nil {
                wanted.json[path: "metadata", "annotations", key] = .null
            }
            if let original = existing.originalToKeep() { wanted = wanted.annotated(original) }
            foreign = Set(existing.json["spec"]?.members?.keys ?? [:].keys).subtracting(members)
            if let loss = existing.knownLoss(of: wanted) { return loss }
        }
        try await cluster.ensure(wanted, as: type, keeping: foreign)
        guard let written = try await find(type, wanted.name), let loss = written.loss(of: wanted) else {
            return nil
        }
        try await cluster.patch(
            type, wanted.name, in: namespace, with: ["metadata": ["annotations": written.lossNote]])
        return loss
    }

    /// Puts an object back that was there before the canary; nothing happens to one of the canary's own.
    ///
    /// - Parameter members: the members of `spec` that were written.
    /// - Returns: whether there is nothing left of the canary's: false for an object of its own.
    @discardableResult
    func restore(_ type: ResourceType, _ name: String, members: Set<String>) async throws -> Bool {
        guard let object = try await cluster.fetch(type, name, in: namespace) else { return true }
        guard object.controllerReference == nil else { return false }
        guard let original = object.originalSpec else { return true }
        let own = object.json["spec"] ?? [:]
        let foreign = Set(own.members?.keys ?? [:].keys).subtracting(members)
        try await cluster.patch(
            type, name, in: namespace,
            with: [
                "metadata": ["annotations": KubernetesObject.ownAnnotations],
                "spec": own.mergePatch(to: original, keeping: foreign),
            ])
        return true
    }
}
