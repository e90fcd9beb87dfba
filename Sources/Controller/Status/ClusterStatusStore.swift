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

    var name: String { canary.metadata.name }
    var namespace: String { canary.metadata.namespace }

    func load() async throws -> RolloutStatus {
        guard let object = try await cluster.find(.canary, name, in: namespace) else { throw gone }
        let status: RolloutStatus
        switch StatusRecord.read(object.json["status"]) {
        case .own(let state):
            status = state.status.status
            outbox.restore(state.owed ?? [])
            let checksums = object.json[path: "status", "trackedConfigs"]?.strings ?? [:]
            memory { if $0.target == nil { $0.checksums = checksums } }
            if let generation = state.generation, let known = status.lastApplied {
                memory { memory in
                    memory.known =
                        memory.known
                        ?? CanaryMemory.KnownTarget(
                            uid: state.target, generation: generation, spec: known.spec)
                }
            }
        case .new: status = try await recover()
        case .foreign(let peer): status = try await adopt(peer)
        }
        memory { $0.status = status }
        return status
    }

    /// Takes calls off the status that were all made, so that another life does not make them again.
    func clearMadeCalls(_ status: RolloutStatus) async throws {
        guard outbox.isStale(), status.owed == nil else { return }
        try await save(status)
    }

    /// One write for all of it. Calls that follow from no new status are kept with the one there is: an event is told
    /// once it can't be lost any more.
    func commit(_ commit: Commit) async throws {
        if let status = commit.status {
            try await save(status, owing: commit.owed)
        } else if !commit.owed.isEmpty {
            try await save(memory { $0.status }, owing: commit.owed)
        }
        let dropped = outbox.add(commit.owed)
        if dropped > 0 { await onTrouble("\(dropped) calls of event hooks gave way to newer ones") }
    }

    /// Writes a status, and with it the calls that follow from it.
    func save(_ status: RolloutStatus, owing calls: [OwedCall] = []) async throws {
        guard var object = try await cluster.find(.canary, name, in: namespace) else { throw gone }
        guard CanaryReading.Basis(object) == basis else { throw outdated() }
        let before = object.json["status"]
        let known = memory { ($0.target, $0.known, $0.checksums) }
        let owed = outbox.kept(with: calls)
        let isTarget = known.0 == status.lastApplied
        let record = try StatusRecord.json(
            status, known: isTarget ? known.1 : nil, owed: owed, checksums: isTarget ? known.2 : nil,
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

    private var gone: ControllerError { .target("Canary \(name).\(namespace) is gone") }
}
