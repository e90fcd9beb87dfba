extension Rollout {
    /// A tick of a running analysis: ends and restarts first, then the rollback hooks.
    mutating func resumeAnalysis(_ found: Observation) {
        if let ending = earlyEnd(found) { return rollBack(ending.announcement, ending.alert) }
        if found.target != status.lastApplied { return restart(found) }
        if status.routes.reachesCanary, !found.canary.hasEndpoints {
            pullTraffic()
        } else {
            mendRoutes(found)
        }
        ask(.everyTick)
    }

    /// No weight without ready endpoints: the canary starts from nothing once it is back.
    mutating func pullTraffic() {
        route(.primary)
        status.phase = status.phase == .waitingPromotion ? .progressing : status.phase
        write()
    }

    /// A new revision during analysis: traffic back to primary, and everything from the start. What runs with another
    /// configuration is stopped first: it would go on with what it has read when it was started.
    mutating func restart(_ found: Observation) {
        stopsCanary = found.target.spec == status.lastApplied?.spec
        route(.primary)
        resetAnalysis()
        status.lastApplied = found.target
        let needsApproval = !plan.hooks(at: .beforeScaleUp).isEmpty
        status.phase = needsApproval ? .waiting : .progressing
        write()
        announce(.normal(.newRevision, "New revision detected! Restarting analysis for \(plan.names.target)"))
        if stopsCanary { effects.append(.scaleDown) }
        if needsApproval {
            ask(.beforeScaleUp)
        } else if !stopsCanary {
            effects.append(.scaleUp(found.target))
        }
    }

    /// No rollback hook wants an end: the tick goes on where the phase says.
    mutating func rollbackNotWanted() {
        guard let found = observation else { return }
        guard status.phase != .waiting else {
            return plan.isPaused ? pause() : takeUp(found.target)
        }
        guard isHealthy(found) else { return }
        if status.failedChecks >= plan.threshold { return rollBackAtThreshold() }
        if plan.skipsAnalysis { return promoteUnchecked() }
        if plan.isPaused { return pause() }
        if status.isAnalysing { return ask(.beforeMetrics) }
        announce(.normal(.started, "Starting canary analysis for \(plan.names.target)"))
        ask(.beforeFirstTraffic)
    }

    /// Whether both sides serve; if not, the rollout stalls and at the progress deadline it is rolled back.
    private mutating func isHealthy(_ found: Observation) -> Bool {
        if !plan.skipsAnalysis, !found.primary.isReady(at: status.lastPromoted) {
            halt(on: .primary, "\(plan.names.primary) not ready: \(found.primary.complaint)")
            return false
        }
        if !found.canary.isReady(at: status.lastApplied) {
            halt(
                on: .canary,
                "canary \(plan.names.targetKind.lowercased()) \(plan.names.target) not ready: "
                    + found.canary.complaint)
            let runs = found.canary.readiness != .absent && runs(found.canary, status.lastApplied)
            if status.phase != .failed, !runs, let revision = status.lastApplied {
                effects.append(.scaleUp(revision))
            }
            return false
        }
        if case .effect = status.stall {
            return !endStall(reason: "effects keep failing")
        }
        clearStall()
        return true
    }

    private mutating func halt(on trouble: RolloutStatus.Stall, _ complaint: String) {
        guard stall(on: trouble, .warning(.notReady, complaint)) else { return }
        rollBackAtDeadline(complaint)
    }

    /// Rolls back when a stall has outlived the progress deadline.
    private mutating func endStall(reason: String) -> Bool {
        guard let since = status.stalledSince, since.elapsed(until: now) >= plan.progressDeadline else {
            return false
        }
        rollBackAtDeadline(reason)
        return true
    }

    /// Holds the rollout where it is until it is resumed.
    mutating func pause() {
        wait(
            for: .resume,
            .normal(.paused, "Halt \(plan.names.canary) advancement paused, resume it to go on"), alert: nil)
    }

    /// The canary passed its tests without traffic.
    mutating func beginTraffic() {
        status.isAnalysing = true
        takeStep()
    }

    /// Measures the canary, unless nothing is routed to it yet.
    mutating func checkMetrics() {
        var isMeasurable = status.routes.reachesCanary
        if case .blueGreen = plan.strategy { isMeasurable = true }
        guard plan.hasMetrics, isMeasurable else { return takeStep() }
        effects.append(.checkMetrics)
        stage = .checkingMetrics
    }

    mutating func take(metricsFailure failure: String?) {
        if let failure { failCheck(.warning(.halted, failure)) } else { takeStep() }
    }

    /// Counts a failed check; at the threshold the rollout ends in the same tick. The count is written after the
    /// traffic was routed then, since a write that fails must not keep it on the canary.
    mutating func failCheck(_ announcement: Announcement) {
        clearStall()
        status.failedChecks += 1
        announce(announcement)
        if status.failedChecks >= plan.threshold { rollBackAtThreshold() } else { write() }
    }

    /// All checks passed: one step further, as the strategy has it.
    private mutating func takeStep() {
        switch plan.strategy {
        case .stepped(let weights):
            if plan.mirrors, !status.routes.reachesCanary {
                return advance(to: Routes(isMirrored: true), "canary weight 0")
            }
            ask(weights.contains { $0 > status.routes.canaryWeight } ? .beforeIncrease : .beforePromotion)
        case .abTest(let iterations):
            iterate(of: iterations, routes: Routes(isMatched: true))
        case .blueGreen(let iterations):
            iterate(of: iterations, routes: plan.mirrors ? Routes(isMirrored: true) : status.routes)
        }
    }

    /// Counts an iteration, unless the canary's traffic had been pulled and it was not tested.
    private mutating func iterate(of iterations: Int, routes: Routes) {
        guard status.iterations < iterations || status.routes != routes else { return ask(.beforePromotion) }
        if status.iterations == 0 || status.routes == routes { status.iterations += 1 }
        advance(to: routes, "canary iteration \(status.iterations)/\(iterations)")
    }

    mutating func increaseWeight() {
        guard case .stepped(let weights) = plan.strategy,
            let next = weights.first(where: { $0 > status.routes.canaryWeight })
        else { return }
        advance(to: Routes(canaryWeight: next), "canary weight \(next)")
    }

    private mutating func advance(to routes: Routes, _ progress: String) {
        if routes != status.routes { route(routes) }
        status.phase = .progressing
        clearWaits()
        write()
        announce(.normal(.advanced, "Advance \(plan.names.canary) \(progress)"))
    }
}
