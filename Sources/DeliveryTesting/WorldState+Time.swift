import Rollout

extension WorldState {
    /// Lets time pass; what users do meanwhile is done.
    mutating func pass(_ milliseconds: Int64) {
        let end = now + milliseconds
        while nextAction < scenario.actions.count,
            case .at(let moment) = scenario.actions[nextAction].trigger,
            moment <= end
        {
            now = max(now, moment)
            perform(scenario.actions[nextAction].deed)
            nextAction += 1
        }
        now = end
        if now >= scenario.settlesAt { settle() }
    }

    /// Does what users do once this phase is entered.
    mutating func enter(_ phase: Phase?) {
        while nextAction < scenario.actions.count,
            case .entering(let awaited) = scenario.actions[nextAction].trigger, awaited == phase
        {
            let deed = scenario.actions[nextAction].deed
            nextAction += 1
            perform(deed)
            // One release an entry: the next waits until the phase is entered again.
            if case .release = deed { return }
        }
    }

    private mutating func perform(_ deed: UserAction.Deed) {
        note(.user(deed))
        ledger.tick.isDisturbed = true
        switch deed {
        case .release(let number): target = Scenario.revision(number)
        case .suspend(let isSuspended): plan.isSuspended = isSuspended
        case .pause(let isPaused): plan.isPaused = isPaused
        case .abort(let reason): plan.abortReason = reason
        case .skipAnalysis(let skips): plan.skipsAnalysis = skips
        case .interval(let milliseconds): interval = milliseconds
        case .drift(let routes):
            guard plan.shiftsTraffic else { return }
            canaryRoutes = routes
            primaryWeight = routes.primaryWeight
        }
    }

    /// From now on nothing goes wrong, gates open, and users leave it alone.
    mutating func settle() {
        guard !isSettled else { return }
        isSettled = true
        nextAction = scenario.actions.count
        plan.isSuspended = false
        plan.isPaused = false
        plan.abortReason = nil
        note(.note("settled"))
    }

    /// Whether all that is left to happen has no time of its own.
    var hasTimedActions: Bool {
        scenario.actions[min(nextAction, scenario.actions.count)...].contains {
            if case .at = $0.trigger { true } else { false }
        }
    }
}
