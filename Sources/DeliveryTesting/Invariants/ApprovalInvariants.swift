import Rollout

extension WorldState {
    /// The hooks of a point that have not passed for a revision in the rollout under way.
    func missing(_ point: HookType.Point, for revision: Revision?) -> [String] {
        plan.hooks(at: point).filter { hook in
            guard let revision else { return true }
            return !ledger.approvals.contains(Ledger.Approval(hook: hook.index, revision: revision))
        }.map(\.name)
    }

    func expectActive(_ deed: String) {
        expect(!ledger.tick.isSuspended, .suspended, deed)
    }

    mutating func checkInitialise() {
        expectActive("initialise")
        expect(
            durable.phase == .initializing, .approvedPromotion,
            "initialise in \(String(describing: durable.phase))")
    }

    mutating func checkScaleUp(_ revision: Revision) {
        expectActive("scale up")
        expect(
            durable.phase?.asksRollback == true && durable.phase != .waiting
                && durable.lastApplied == revision,
            .approvedStart, "scaled up \(revision.spec) in \(TraceEntry.words(durable))")
        let missing = missing(.beforeScaleUp, for: revision)
        expect(missing.isEmpty, .approvedStart, "scaled up \(revision.spec) without \(missing)")
    }

    mutating func checkPromote(_ revision: Revision) {
        expectActive("promote")
        expect(
            durable.phase == .promoting && durable.lastApplied == revision, .approvedPromotion,
            "promoted \(revision.spec) in \(TraceEntry.words(durable))")
        guard !ledger.isUnchecked else { return }
        let missing = missing(.beforePromotion, for: revision)
        expect(missing.isEmpty, .approvedPromotion, "promoted \(revision.spec) without \(missing)")
    }

    /// The decision to promote: checked where it becomes durable, since users may change their mind later.
    mutating func checkPromotionDecision(_ status: RolloutStatus) {
        ledger.isUnchecked = plan.skipsAnalysis
        guard !plan.skipsAnalysis else { return }
        var missing = missing(.beforePromotion, for: status.lastApplied)
        if !isStandingIn { missing += self.missing(.beforeFirstTraffic, for: status.lastApplied) }
        expect(missing.isEmpty, .approvedPromotion, "decided to promote without \(missing)")
        expect(
            status.failedChecks < plan.threshold, .approvedPromotion, "decided to promote at the threshold")
    }

    mutating func checkStart(_ status: RolloutStatus) {
        let missing = missing(.beforeScaleUp, for: status.lastApplied)
        expect(
            missing.isEmpty, .approvedStart, "started \(status.lastApplied?.spec ?? "-") without \(missing)")
    }
}
