extension Rollout {
    /// Approved: primary gets the analysed revision. Blue/green moves all traffic to the canary first.
    mutating func promote() {
        if case .blueGreen = plan.strategy, plan.shiftsTraffic, !isCanaryStandingIn {
            announce(
                .normal(
                    .advanced,
                    status.routes.isMirrored
                        ? "Stop traffic mirroring and route all traffic to canary"
                        : "Routing all traffic to canary"))
            route(Routes(canaryWeight: 100))
        }
        startPromotion()
    }

    /// `skipAnalysis`: healthy is enough.
    mutating func promoteUnchecked() {
        startPromotion()
    }

    /// The phase is durable before primary is touched, so that a crash can't roll back to an overwritten primary.
    private mutating func startPromotion() {
        guard let revision = status.lastApplied else { return }
        announce(
            .normal(.promoting, "Copying \(plan.names.target) template spec to \(plan.names.primary)"))
        status.phase = .promoting
        clearWaits()
        write()
        effects.append(.promote(revision))
    }

    /// Waits until primary serves the new revision, then gives it the traffic back.
    mutating func resumePromotion(_ found: Observation) {
        if !runs(found.primary, status.lastApplied) {
            if let ending = earlyEnd(found) { return rollBack(ending.announcement, ending.alert) }
            if found.target != status.lastApplied {
                return isCanaryStandingIn ? replaceWithNext(found) : restart(found)
            }
            keepServing(found)
            return repeatPromotion(found)
        }
        guard found.primary.isReady(at: status.lastApplied) else {
            keepServing(found)
            let complaint = "\(plan.names.primary) not ready: \(found.primary.complaint)"
            if stall(on: .primary, .warning(.notReady, complaint)) {
                failPromotion(found.primary.complaint, canServes: found.canary.hasEndpoints)
            }
            return
        }
        returnTraffic(step: found.canary.hasEndpoints ? plan.promotionStep : nil)
    }

    /// While primary is not ready the canary keeps its traffic, unless primary alone can answer.
    private mutating func keepServing(_ found: Observation) {
        let isLost = status.routes.reachesCanary && !found.canary.hasEndpoints && found.primary.hasEndpoints
        if isLost { pullTraffic() } else { mendRoutes(found) }
    }

    /// A crash or a failed effect came between the decision and primary.
    private mutating func repeatPromotion(_ found: Observation) {
        guard let revision = status.lastApplied else { return }
        let complaint = "\(plan.names.primary) not ready: not yet at the revision to be promoted"
        if stall(on: .primary, .warning(.notReady, complaint)) { return rollBackAtDeadline(complaint) }
        effects.append(.promote(revision))
    }

    private mutating func returnTraffic(step: Int?) {
        clearWaits()
        if plan.shiftsTraffic {
            if let step, status.routes.canaryWeight > 0 {
                let left = max(0, status.routes.canaryWeight - step)
                route(Routes(canaryWeight: left))
                announce(.normal(.advanced, "Advance \(plan.names.canary) primary weight \(100 - left)"))
            } else {
                route(.primary)
                announce(.normal(.advanced, "Routing all traffic to primary"))
            }
        } else {
            status.routes = .primary
        }
        if !status.routes.reachesCanary {
            status.phase = .finalising
            status.lastPromoted = status.lastApplied
            status.iterations = 0
        }
        write()
    }

    /// Primary has been overwritten and does not serve: the canary is the only healthy copy.
    private mutating func failPromotion(_ complaint: String, canServes: Bool) {
        if canServes { route(Routes(canaryWeight: plan.shiftsTraffic ? 100 : 0)) }
        announce(
            .warning(
                .rolledBack, "Promotion of \(plan.names.target) failed, primary not ready: \(complaint)"))
        alert(Alert(.error, "Promotion failed, primary not ready: \(complaint)"))
        status.lastPromoted = status.lastApplied
        end(in: .failed, .failed)
        ask(.afterEnd)
    }

    /// Traffic is on primary: the canary stops and the rollout is over.
    mutating func finalise(_ found: Observation) {
        mendRoutes(found)
        effects.append(.scaleDown)
        let failedChecks = status.failedChecks
        end(in: .succeeded, plan.skipsAnalysis ? .skipped : .promoted, failedChecks: failedChecks)
        ask(.afterEnd)
    }
}
