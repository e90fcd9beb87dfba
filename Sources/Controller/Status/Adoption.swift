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

    /// What primary runs then.
    static func primary(of status: RolloutStatus) -> Revision? {
        status.phase == .promoting ? status.lastApplied : status.lastPromoted
    }
}
