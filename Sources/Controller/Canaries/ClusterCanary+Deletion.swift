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
        if object.json[path: "spec", "revertOnDeletion"]?.bool == true,
            let accepted = try await revertible(object, reading)
        {
            guard try await revert(accepted, object) else { return hurry() }
        }
        let latest = try await environment.cluster.fetch(.canary, key.name, in: key.namespace ?? "")
        guard let latest else { return }
        try await write(finalizers: latest.finalizers.filter { $0 != Self.finalizer }, to: latest)
        voice.announce(.normal, "Terminated", "Terminated canary \(key)")
    }

    /// The canary as it is, or was when it was valid last: whatever has become of it, the target must not stay stopped.
    ///
    /// - Returns: nil when there is no target to put back, or another canary has it.
    /// - Throws: `ControllerError.target` when nobody knows any more how.
    private func revertible(_ object: KubernetesObject, _ reading: CanaryReading) async throws -> Accepted? {
        switch accept(reading) {
        case .success(let accepted): return accepted
        case .failure(let refusal):
            if refusal.reason == Refusal.targetTaken { return nil }
            if let valid { return valid.resting(on: reading.basis) }
            guard try await hasTarget(object) else { return nil }
            throw ControllerError.target(
                "the target can't be put back: \(refusal.message); mend it, or set spec.revertOnDeletion to false to let the canary go without"
            )
        }
    }

    private func hasTarget(_ object: KubernetesObject) async throws -> Bool {
        let target = object.json[path: "spec", "targetRef"] ?? [:]
        guard let type = CanaryCatalog.targetTypes.first(where: { target["kind"] == .string($0.kind) }),
            let name = target["name"]?.string
        else { return true }
        return try await environment.cluster.find(type, name, in: key.namespace ?? "") != nil
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
        // A canary that was never initialised has changed nothing of the target, which may never become ready.
        let serves = try await parts.workload.restore()
        guard serves || status.lastPromoted == nil else {
            try complain(since: status.lastTransition, accepted.canary)
            return false
        }
        try await parts.router.services?.restoreApex()
        try await parts.router.traffic.finalize()
        status.phase = .terminated
        status.routes = .primary
        status.lastTransition = environment.now()
        try await parts.store.save(status)
        return true
    }

    /// How long a target that is put back may take to serve before that is told.
    private static let patience = Duration.seconds(30)

    /// Until the target serves, primary stays: without it nobody would answer.
    private func complain(since start: Moment?, _ canary: Canary) throws {
        let patience = min(Self.patience, .seconds(canary.spec.progressDeadlineSeconds))
        guard let start, start.elapsed(until: environment.now()) > patience else { return }
        hurry()
        throw ControllerError.target(
            "\(canary.spec.targetRef.kind) \(canary.spec.targetRef.name).\(canary.metadata.namespace) is not ready: the canary stays until it is; set spec.revertOnDeletion to false to let it go without"
        )
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
