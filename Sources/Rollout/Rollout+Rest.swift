extension Rollout {
    /// Between rollouts: settles what is owed, mends what a crash left, and looks for a new revision.
    mutating func rest(_ found: Observation) {
        if status.owed != nil {
            mend(found)
            ask(.afterEnd)
            return
        }
        guard status.lastPromoted != nil else { return retryInitialisation(found) }
        if isCanaryStandingIn { return standIn(found) }
        mend(found)
        if found.target == status.lastPromoted {
            status.lastApplied = found.target
        } else if found.target != status.lastApplied {
            return takeUp(found.target)
        }
        if effects.isEmpty { clearStall() }
        write()
    }

    /// A target that never became healthy starts anew when it has changed or has healed.
    private mutating func retryInitialisation(_ found: Observation) {
        guard found.target != status.lastApplied || found.primary.isReady(at: found.target) else { return }
        status.phase = .initializing
        write()
        initialise(found)
    }

    /// Brings routes and canary to where the status says they are.
    private mutating func mend(_ found: Observation) {
        mendRoutes(found)
        if !status.routes.reachesCanary, found.canary.readiness != .absent { effects.append(.scaleDown) }
    }

    /// Brings the routes to where the status says they are, unless that side can't answer.
    mutating func mendRoutes(_ found: Observation) {
        guard plan.shiftsTraffic, let routes = found.routes, routes != status.routes else { return }
        guard !status.routes.reachesCanary || found.canary.hasEndpoints else { return }
        effects.append(.route(status.routes))
    }

    /// A new revision: nothing of it runs before its confirm-rollout hooks have passed.
    mutating func takeUp(_ target: Revision) {
        if status.lastApplied != target || status.phase?.isAtRest == true {
            resetAnalysis()
            status.lastApplied = target
        }
        ask(.beforeScaleUp)
    }

    /// Confirmed: "seen" and the phase change are one write, so that a crash loses neither.
    mutating func scaleUp() {
        guard let target = status.lastApplied else { return }
        if isCanaryStandingIn { return replacePrimary() }
        status.phase = .progressing
        status.routes = .primary
        clearWaits()
        write()
        announce(.normal(.newRevision, "New revision detected! Scaling up \(plan.names.target)"))
        alert(
            Alert(.info, "New revision detected, progressing canary analysis.", includesMetadata: true))
        if !stopsCanary { effects.append(.scaleUp(target)) }
    }

    /// Waiting for confirm-rollout: the rollback hooks come first, unless the revision is new.
    mutating func resumeWaiting(_ found: Observation) {
        if let ending = earlyEnd(found) { return rollBack(ending.announcement, ending.alert) }
        let hasReturned = returnsTraffic(found)
        write()
        if !hasReturned { mend(found) }
        guard found.target == status.lastApplied else { return takeUp(found.target) }
        ask(.everyTick)
    }

    /// Reasons to end a running rollout before anything is asked.
    func earlyEnd(_ found: Observation) -> (announcement: Announcement, alert: Alert)? {
        if let reason = plan.abortReason {
            return (
                .warning(.rollingBack, "Rolling back \(plan.names.canary) aborted: \(reason)"),
                Alert(.warn, "Rolling back, aborted: \(reason)")
            )
        }
        if found.target == status.lastPromoted, status.lastApplied != status.lastPromoted {
            return (
                .warning(
                    .rollingBack,
                    "Rolling back \(plan.names.canary) target reverted to the promoted revision"),
                Alert(.warn, "Rolling back, target reverted to the promoted revision")
            )
        }
        return nil
    }
}
