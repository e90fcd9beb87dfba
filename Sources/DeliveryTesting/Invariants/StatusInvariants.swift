import Rollout

extension WorldState {
    mutating func checkSave(_ status: RolloutStatus) {
        expectActive("save")
        expect(status != durable, .writesChanges, "wrote what was durable already")
        checkPhaseOrder(status)
        checkCounting(status)
        if status.phase != durable.phase {
            switch status.phase {
            case .promoting: checkPromotionDecision(status)
            case .progressing where durable.phase != .waitingPromotion: checkStart(status)
            case .failed, .succeeded: checkEnding(status)
            default: break
            }
        }
        checkOwed(status)
        remember(status)
    }

    private static let next: [Phase?: Set<Phase>] = [
        nil: [.initializing],
        .initializing: [.initialized, .failed],
        .initialized: [.waiting, .progressing],
        .waiting: [.progressing, .promoting, .failed],
        .progressing: [.waiting, .waitingPromotion, .promoting, .failed],
        .waitingPromotion: [.waiting, .progressing, .promoting, .failed],
        .promoting: [.waiting, .progressing, .finalising, .failed],
        .finalising: [.succeeded],
        .succeeded: [.waiting, .progressing],
        .failed: [.waiting, .progressing, .promoting, .initializing],
    ]

    private mutating func checkPhaseOrder(_ status: RolloutStatus) {
        guard status.phase != durable.phase else { return }
        let allowed = status.phase.map { Self.next[durable.phase]?.contains($0) == true } ?? false
        expect(
            allowed, .phaseOrder,
            "\(durable.phase?.rawValue ?? "-") to \(status.phase?.rawValue ?? "-")")
    }

    private mutating func checkCounting(_ status: RolloutStatus) {
        let counted = status.failedChecks - durable.failedChecks
        guard counted > 0 else { return }
        expect(
            counted == 1 && ledger.tick.failedChecks == 1, .countedChecks,
            "\(counted) counted, \(ledger.tick.failedChecks) failed")
    }

    private mutating func checkEnding(_ status: RolloutStatus) {
        guard durable.phase != .initializing else { return }
        ledger.endedRollouts += 1
        expect(status.owed != nil, .toldEnd, "an end that owes nothing")
        guard plan.shiftsTraffic, !isStandingIn else { return }
        let isLeftOnCanary =
            status.phase == .failed && status.routes.reachesCanary && durable.phase == .promoting
        guard !isLeftOnCanary, !ledger.tick.isDisturbed else { return }
        expect(
            !canaryRoutes.reachesCanary, .trafficOnPrimary,
            "\(status.phase?.rawValue ?? "-") with \(TraceEntry.words(canaryRoutes)) on the canary")
        guard status.phase == .succeeded else { return }
        expect(primary?.revision == status.lastPromoted, .trafficOnPrimary, "succeeded with another primary")
    }

    private mutating func checkOwed(_ status: RolloutStatus) {
        if status.owed != nil, durable.owed == nil { ledger.toldEnd = [] }
        guard status.owed == nil, durable.owed != nil else { return }
        let missing = plan.hooks(at: .afterEnd).filter { !ledger.toldEnd.contains($0.index) }.map(\.name)
        expect(missing.isEmpty, .toldEnd, "settled without \(missing)")
    }

    private mutating func remember(_ status: RolloutStatus) {
        let isNew = status.lastApplied != durable.lastApplied
        if isNew || status.wait != ledger.announcedWait { ledger.announcedWait = nil }
        if status.phase?.isAtRest == true {
            ledger.approvals = []
        } else if isNew {
            ledger.approvals = ledger.approvals.filter { $0.revision == status.lastApplied }
        }
    }
}
