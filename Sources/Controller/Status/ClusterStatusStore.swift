import Delivery
import FlaggerAPI
import Foundation
import JSON
import KubernetesClient
import Rollout

/// Keeps a canary's status in the canary itself, by one conditional write of the status subresource.
struct ClusterStatusStore: StatusStore {
    let canary: Canary
    /// What decisions rest on.
    let basis: CanaryReading.Basis
    let cluster: any Cluster
    let workload: any ClusterWorkload
    let memory: CanaryMemory
    let outbox: CanaryOutbox
    let now: @Sendable () -> Date
    /// Told, in words for users, that a canary was taken over.
    let onAdoption: @Sendable (String) async -> Void
    /// Told that the specification has changed in the middle of a tick, whose decisions are given up.
    let onOutdated: @Sendable () -> Void
    /// Told what was lost.
    let onTrouble: @Sendable (String) async -> Void

    private var name: String { canary.metadata.name }
    private var namespace: String { canary.metadata.namespace }

    func load() async throws -> RolloutStatus {
        guard let object = try await cluster.find(.canary, name, in: namespace) else {
            throw ControllerError.target("Canary \(name).\(namespace) is gone")
        }
        let status: RolloutStatus
        switch StatusRecord.read(object.json["status"]) {
        case .own(let state):
            status = state.status.status
            outbox.restore(state.owed ?? [])
            try await recogniseTarget(status, state.generation)
            // All calls were made: another life must not make them again.
            if outbox.isStale, status.phase?.isAtRest == true, status.owed == nil {
                try await save(status, owing: [])
            }
        case .new: status = try await recover()
        case .foreign(let peer): status = try await adopt(peer)
        }
        memory { $0.status = status }
        return status
    }

    func commit(_ commit: Commit) async throws {
        if let status = commit.status { try await save(status, owing: commit.owed) }
        let dropped = outbox.add(commit.owed)
        if dropped > 0 { await onTrouble("\(dropped) calls of event hooks gave way to newer ones") }
    }

    /// Writes a status, and with it the calls that follow from it.
    func save(_ status: RolloutStatus, owing calls: [OwedCall] = []) async throws {
        guard var object = try await cluster.find(.canary, name, in: namespace) else {
            throw ControllerError.target("Canary \(name).\(namespace) is gone")
        }
        guard CanaryReading.Basis(object) == basis else { throw outdated() }
        let before = object.json["status"]
        let known = memory { ($0.target, $0.generation, $0.checksums) }
        let owed = outbox.kept(with: calls)
        let isTarget = known.0 == status.lastApplied
        let record = try StatusRecord.json(
            status, generation: isTarget ? known.1 : nil, owed: owed, checksums: isTarget ? known.2 : nil,
            before: before, targetKind: canary.spec.targetRef.kind, now: now())
        let wanted = RouterContext.noteCookies(in: record, of: status, canary, before: before)
        for attempt in 1... {
            do {
                try await write(wanted, to: object)
                break
            } catch KubernetesError.conflict(let reason) where attempt < 5 {
                // Labels or finalizers may have changed, and that is no matter. The status must not have.
                guard let newer = try await cluster.fetch(.canary, name, in: namespace),
                    newer.uid == object.uid, newer.json["status"] == before
                else { throw KubernetesError.conflict(reason) }
                guard CanaryReading.Basis(newer) == basis else { throw outdated() }
                object = newer
            }
        }
        outbox.wrote(owed.count)
        memory { $0.status = status }
    }

    /// What was decided rests on an old specification: nothing of it is kept, and the next tick decides.
    private func outdated() -> CancellationError {
        onOutdated()
        return CancellationError()
    }

    private func write(_ status: JSONValue, to object: KubernetesObject) async throws {
        try await cluster.patch(
            .canary, name, in: namespace,
            with: [
                "metadata": ["resourceVersion": .string(object.resourceVersion ?? "")],
                "status": (object.json["status"] ?? [:]).mergePatch(to: status),
            ], subresource: "status")
    }

    /// A server that was upgraded may fill in more of a template than before: as long as the target's generation is the
    /// same, so is the target.
    private func recogniseTarget(_ status: RolloutStatus, _ generation: Int?) async throws {
        guard memory({ $0.target }) == nil, let known = status.lastApplied else { return }
        guard let found = try? await workload.observe().target else { return }
        let current = memory { $0.generation }
        guard found.spec != known.spec, let generation, generation == current else { return }
        memory { $0.alias = (computed: found.spec, known: known.spec) }
    }

    /// A canary without a status whose primary tells what it runs: the status was lost, as in a restored backup.
    private func recover() async throws -> RolloutStatus {
        guard memory({ $0.status.phase }) == nil, let found = try? await workload.observe(),
            let promoted = found.primary.revision, found.primary.readiness == .ready,
            try await workload.ownsPrimary()
        else { return RolloutStatus() }
        var status = RolloutStatus()
        status.phase = .initialized
        status.lastApplied = promoted
        status.lastPromoted = promoted
        try await save(status)
        await onAdoption("Status of \(name).\(namespace) was lost, taken from primary")
        return status
    }

    private func adopt(_ peer: CanaryStatus) async throws -> RolloutStatus {
        let found = try await workload.observe()
        let status = Adoption.status(of: peer, target: found.target, primary: found.primary.revision)
        if let primary = Adoption.primary(of: status) { try await workload.adoptPrimary(at: primary) }
        try await save(status)
        await onAdoption("Taken over in phase \(peer.phase) from the controller that ran before")
        return status
    }
}
