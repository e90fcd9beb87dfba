import FlaggerAPI
import JSON
import Rollout

/// Statuses that were not written here, or are not there any more.
extension ClusterStatusStore {
    /// A canary without a status: new, or its status was lost, as when somebody deletes it or restores a backup.
    ///
    /// What this process remembers is written again. Otherwise primary tells what was released last: a target at
    /// another revision is analysed like any new one, and primary is never made from it without.
    func recover() async throws -> RolloutStatus {
        if let status = try await restore({ _ in true }) { return status }
        let found = try await workload.observe()
        var recognised = found.primary.revision
        if recognised == nil { recognised = try await workload.recognisePrimary() }
        guard let promoted = recognised, try await workload.takeOverPrimary() else { return RolloutStatus() }
        if found.primary.revision == nil { try await workload.adoptPrimary(at: promoted) }
        guard found.primary.readiness == .ready else {
            // The first steps again, which touch nothing until primary serves.
            if promoted == found.target { return RolloutStatus() }
            throw ControllerError.target(
                "the status of \(name).\(namespace) was lost, and its primary is not ready: waiting for it; to start from the target instead, delete primary"
            )
        }
        var status = RolloutStatus()
        status.phase = .initialized
        status.lastApplied = promoted
        status.lastPromoted = promoted
        try await save(status)
        await onAdoption("Status of \(name).\(namespace) was lost, taken from primary")
        return status
    }

    /// A status without the condition in which this program keeps the rest: written by the peer, or edited.
    func adopt(_ peer: CanaryStatus) async throws -> RolloutStatus {
        let edited = try await restore { $0.isShown(by: peer) }
        if let edited { return edited }
        let found = try await workload.observe()
        if let primary = found.primary.revision, primary.spec == peer.lastPromotedSpec {
            let status = Adoption.status(ofOwn: peer, primary: primary)
            try await save(status)
            await onAdoption(
                "Status of \(name).\(namespace) was lost in part, goes on in phase \(status.phase?.rawValue ?? "")"
            )
            return status
        }
        let status = Adoption.status(of: peer, target: found.target, primary: found.primary.revision)
        if let primary = Adoption.primary(of: status) { try await workload.adoptPrimary(at: primary) }
        try await save(status)
        await onAdoption("Taken over in phase \(peer.phase) from the controller that ran before")
        return status
    }

    /// Writes what this process remembers, when there is something and it is what was lost.
    private func restore(_ isLost: (RolloutStatus) -> Bool) async throws -> RolloutStatus? {
        let status = memory { $0.status }
        guard status.phase != nil, isLost(status) else { return nil }
        try await save(status)
        await onAdoption("Status of \(name).\(namespace) was lost, restored as it was")
        return status
    }
}

extension RolloutStatus {
    /// Whether the fields that everybody sees are those of this status.
    fileprivate func isShown(by status: CanaryStatus) -> Bool {
        phase?.rawValue == status.phase && lastApplied?.spec == status.lastAppliedSpec
            && lastPromoted?.spec == status.lastPromotedSpec
    }
}
