import FlaggerAPI
import JSON
import KubernetesClient
import Rollout

/// `revertOnDeletion`: the target is put back before the canary may go.
extension ClusterCanary {
    /// The peer's finalizer, so that either finishes what the other has begun.
    static let finalizer = "finalizer.flagger.app"

    /// Adds the finalizer of a canary that wants to be reverted, removes it from one that does not.
    func keepFinalizer(of object: KubernetesObject, _ canary: Canary) async throws {
        let finalizers = object.finalizers
        let isThere = finalizers.contains(Self.finalizer)
        guard isThere != canary.spec.revertOnDeletion else { return }
        try await write(
            finalizers: isThere
                ? finalizers.filter { $0 != Self.finalizer } : finalizers + [Self.finalizer], to: object)
    }

    /// Puts the target back, then lets the canary go. What is not ready yet is looked at again.
    func finalise(_ object: KubernetesObject, _ reading: CanaryReading) async throws {
        guard object.finalizers.contains(Self.finalizer) else { return }
        let voice = voice(uid: object.uid)
        if case .success(let accepted) = accept(reading), accepted.canary.spec.revertOnDeletion {
            guard try await revert(accepted, object) else { return hurry() }
        }
        let latest = try await environment.cluster.fetch(.canary, key.name, in: key.namespace ?? "")
        guard let latest else { return }
        try await write(finalizers: latest.finalizers.filter { $0 != Self.finalizer }, to: latest)
        voice.announce(.normal, "Terminated", "Terminated canary \(key)")
    }

    /// - Returns: whether all is as it was before the canary.
    private func revert(_ accepted: Accepted, _ object: KubernetesObject) async throws -> Bool {
        let voice = voice(uid: object.uid)
        let parts: CanaryParts
        do {
            parts = try await CanaryParts(
                accepted, memory: memory, outbox: outbox, voice: voice, in: environment
            ) { [weak self] in self?.hurry() }
        } catch let error as ControllerError {
            voice.announce(.warning, "NothingToRevert", "Nothing to revert: \(error)")
            return true
        }
        var status = try await parts.store.load()
        guard status.phase != .terminated else { return true }
        if status.phase != .terminating {
            status.phase = .terminating
            status.lastTransition = environment.now()
            try await parts.store.save(status)
            voice.announce(.normal, "Terminating", "Terminating canary \(key)")
        }
        guard try await parts.workload.restore() else { return false }
        try await parts.router.services?.restoreApex()
        try await parts.router.traffic.finalize()
        status.phase = .terminated
        status.routes = .primary
        status.lastTransition = environment.now()
        try await parts.store.save(status)
        return true
    }

    private func write(finalizers: [String], to object: KubernetesObject) async throws {
        try await environment.cluster.patch(
            .canary, key.name, in: key.namespace ?? "",
            with: [
                "metadata": [
                    "resourceVersion": .string(object.resourceVersion ?? ""),
                    "finalizers": .array(finalizers.map { .string($0) }),
                ]
            ])
    }
}

extension KubernetesObject {
    /// What has to be done before it may go.
    var finalizers: [String] {
        json[path: "metadata", "finalizers"]?.elements?.compactMap(\.string) ?? []
    }
}
