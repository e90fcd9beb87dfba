extension Rollout {
    /// Whether the canary serves in the place of a primary that a failed promotion left unhealthy.
    ///
    /// No analysis is under way then, for there is nothing healthy to compare with: a new revision goes to primary
    /// once it is approved, and until primary serves, nothing takes the traffic off the canary or stops it.
    var isCanaryStandingIn: Bool { status.routes.reachesCanary && !status.isAnalysing }

    /// After a failed promotion the canary serves until primary does, at this revision or at the next.
    mutating func standIn(_ found: Observation) {
        if returnsTraffic(found) { return write() }
        mendRoutes(found)
        if found.target == status.lastPromoted { status.lastApplied = found.target }
        guard found.target == status.lastApplied else { return takeUp(found.target) }
        write()
    }

    /// Gives primary the traffic once it serves, or as soon as it has endpoints and the canary has none.
    ///
    /// - Returns: whether it did; the canary is stopped by a later tick.
    mutating func returnsTraffic(_ found: Observation) -> Bool {
        guard isCanaryStandingIn else { return false }
        let isLost = !found.canary.hasEndpoints && found.primary.hasEndpoints
        guard found.primary.isReady(at: status.lastPromoted) || isLost else { return false }
        route(.primary)
        announce(.normal(.advanced, "Routing all traffic to primary"))
        return true
    }

    /// The next revision was confirmed: it replaces the unhealthy primary as soon as its promotion is, too.
    mutating func replacePrimary() {
        guard !plan.isPaused else {
            status.phase = .waiting
            return pause()
        }
        ask(.beforePromotion)
    }

    /// A newer revision while primary still waits for the one before.
    mutating func replaceWithNext(_ found: Observation) {
        mendRoutes(found)
        resetAnalysis()
        status.lastApplied = found.target
        status.phase = .waiting
        write()
        announce(
            .normal(.newRevision, "New revision detected! Restarting promotion for \(plan.names.target)"))
        ask(.beforeScaleUp)
    }

    /// Ends a rollout whose traffic can't go back to primary.
    mutating func giveUp(_ announcement: Announcement, _ message: Alert) {
        announce(announcement)
        alert(message)
        end(in: .failed, .failed)
        announce(
            .warning(
                .rolledBack, "Canary failed! Traffic stays on \(plan.names.target) until primary is ready"))
        ask(.afterEnd)
    }
}
