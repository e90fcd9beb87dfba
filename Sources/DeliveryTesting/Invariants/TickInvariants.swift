import Rollout

extension WorldState {
    mutating func beginTick(_ number: Int) {
        ledger.tick = Ledger.Tick()
        ledger.tick.number = number
        ledger.tick.startPhase = durable.phase
        ledger.tick.isSuspended = plan.isSuspended
        note(.tick(number))
    }

    private mutating func endTick() {
        let isClean = !ledger.tick.hadFault && !ledger.tick.isDisturbed && !ledger.tick.isSuspended
        if isClean { checkShownWeight() }
        ledger.quietTicks = isClean && ledger.tick.deeds == 0 ? ledger.quietTicks + 1 : 0
    }

    /// Ends a tick; when nothing happens any more, lets the scenario settle first.
    ///
    /// - Returns: whether everything has come to rest for good.
    mutating func isAtRest() -> Bool {
        endTick()
        guard isOver else { return false }
        if isSettled { return true }
        if !hasTimedActions { settle() }
        return false
    }

    private mutating func checkShownWeight() {
        guard plan.shiftsTraffic, let phase = durable.phase, phase != .initializing,
            durable.lastPromoted != nil
        else {
            return
        }
        if let observed = ledger.tick.observed, !observed.canary.hasEndpoints {
            expect(
                !canaryRoutes.reachesCanary || !observed.primary.hasEndpoints, .leavesDeadCanary,
                "a canary without endpoints gets \(TraceEntry.words(canaryRoutes))")
            if durable.routes.reachesCanary { return }
        }
        expect(
            canaryRoutes == durable.routes, .shownWeight,
            "shown \(TraceEntry.words(durable.routes)), routed \(TraceEntry.words(canaryRoutes))")
    }

    /// Whether the rollout is over and nothing more happens.
    var isOver: Bool { durable.phase?.isAtRest == true && ledger.quietTicks >= 3 }

    /// The state in which everything has ended.
    mutating func checkEnd() {
        expect(durable.owed == nil, .toldEnd, "still owes \(String(describing: durable.owed))")
        checkNothingOwed()
        guard durable.lastPromoted != nil else {
            expect(durable.phase == .failed, .ends, "never initialised in \(TraceEntry.words(durable))")
            return
        }
        expect(
            durable.lastApplied == target, .ends,
            "\(target.spec) was never taken up: \(TraceEntry.words(durable))")
        expect(
            primary?.revision == durable.lastPromoted, .ends,
            "primary runs \(primary?.revision.spec ?? "-"): \(TraceEntry.words(durable))")
        expect(
            canary == nil || (durable.routes.reachesCanary && durable.phase == .failed), .ends,
            "the canary was left running: \(TraceEntry.words(durable))")
        guard plan.shiftsTraffic else { return }
        expect(canaryRoutes == durable.routes, .ends, "routed \(TraceEntry.words(canaryRoutes))")
    }
}
