import Delivery
import FlaggerAPI
import JSON
import KubernetesClient
import Rollout

/// What a target is known by.
extension PodWorkload {
    /// What the target runs.
    func revision(of target: KubernetesObject, _ configuration: TrackedConfiguration) -> Revision {
        let computed = target.json[path: Projection.templateKey, "hash"]?.string ?? ""
        let spec = context.memory { memory in
            if let known = memory.known, known.isStill(target), known.spec != computed {
                memory.alias = (computed: computed, known: known.spec)
            }
            return memory.alias?.computed == computed ? memory.alias?.known ?? computed : computed
        }
        return Revision(spec: spec, configuration: configuration.hash)
    }

    /// The configuration that the target reads, from the watched copies.
    func configuration(of target: KubernetesObject) async throws -> TrackedConfiguration {
        guard context.settings.tracksConfiguration else { return .none }
        let references = ConfigurationReferences(
            json: target.json[path: Projection.templateKey, "configuration"])
        let known = context.memory { $0.checksums }
        return try await TrackedConfiguration.resolve(references, known: known) { reference in
            try await read(reference, isNeeded: references.optional[reference] == false)
        }
    }

    /// Reads configuration from the watched copies. Secrets of the types that nobody tracks are not among them: one that
    /// the target needs is asked for once.
    private func read(
        _ reference: ConfigurationReferences.Reference, isNeeded: Bool
    ) async throws -> KubernetesObject? {
        if let object = try await context.find(reference.kind.type, reference.name) { return object }
        guard isNeeded, reference.kind == .secret else { return nil }
        if let known = context.memory({ $0.unwatchedSecrets[reference.name] }) { return known }
        let found = try await context.cluster.fetch(.secret, reference.name, in: context.namespace)
        guard let found, let type = found.json["type"]?.string, Projection.unwatchedSecretTypes.contains(type)
        else { return found }
        let kept = KubernetesObject(json: ["type": .string(type)])
        context.memory { $0.unwatchedSecrets[reference.name] = kept }
        return kept
    }
}
