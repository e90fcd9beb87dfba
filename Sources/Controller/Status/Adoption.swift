import FlaggerAPI
import Rollout

/// How a canary that the peer has written last goes on here.
///
/// The peer's fingerprints of a target can't be computed here, so what the target is now counts as what the peer has
/// seen: a canary at rest stays at rest. One in the middle of an analysis starts over: all traffic to primary, the
/// canary stopped, then confirm-rollout and all that follows. A promotion goes on where it was, since primary has been
/// overwritten already.
enum Adoption {
    /// The status to go on from.
    ///
    /// - Parameters:
    ///   - peer: what the peer has written.
    ///   - target: what the target is now.
    ///   - primary: what primary says it runs; nil when the peer has made it.
    static func status(of peer: CanaryStatus, target: Revision, primary: Revision?) -> RolloutStatus {
        var status = RolloutStatus()
        status.lastApplied = target
        let promoted = peer.lastPromotedSpec ?? ""
        let isPromoted = promoted.isEmpty || promoted == peer.lastAppliedSpec
        status.lastPromoted = primary ?? (isPromoted ? target : Revision(spec: promoted))
        let phase = Phase(rawValue: peer.phase)
        status.phase = phase
        switch phase {
        case .initialized, .succeeded, .finalising: status.lastPromoted = target
        case .initializing: status.lastPromoted = nil
        case .failed, .terminating, .terminated, nil: break
        case .waiting, .progressing, .waitingPromotion:
            status.phase = .waiting
            // Even when it looks promoted: the analysis has not ended.
            if isPromoted, primary == nil { status.lastPromoted = Revision(spec: "unknown") }
        case .promoting:
            status.routes = Routes(canaryWeight: min(max(peer.canaryWeight, 0), 100))
        }
        return status
    }

    /// The status to go on from when this program wrote the peer's fields, and what it keeps beside them is lost.
    ///
    /// - Parameters:
    ///   - fields: what is left.
    ///   - primary: what primary says it runs, which is what `lastPromotedSpec` says.
    static func status(ofOwn fields: CanaryStatus, primary: Revision) -> RolloutStatus {
        var status = RolloutStatus()
        status.lastPromoted = primary
        let configuration = TrackedConfiguration.hash(of: fields.trackedConfigs ?? [:])
        status.lastApplied = fields.lastAppliedSpec.map { Revision(spec: $0, configuration: configuration) }
        status.phase = Phase(rawValue: fields.phase)
        switch status.phase {
        case .failed, .promoting, .finalising:
            status.routes = Routes(canaryWeight: min(max(fields.canaryWeight, 0), 100))
        case .waiting, .progressing, .waitingPromotion:
            status.phase = .waiting
            status.failedChecks = fields.failedChecks
        case .initializing, .initialized, .succeeded, .terminating, .terminated, nil: break
        }
        return status
    }

    /// What primary runs then.
    static func primary(of status: RolloutStatus) -> Revision? {
        status.phase == .promoting ? status.lastApplied : status.lastPromoted
    }
}
