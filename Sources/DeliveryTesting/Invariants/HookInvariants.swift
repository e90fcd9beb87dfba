import Delivery
import Rollout

extension WorldState {
    mutating func checkAsked(_ hook: Hook, _ payloadPhase: String, _ revision: Revision?) {
        expectActive("asked \(hook.name)")
        checkPayload(hook, payloadPhase, revision)
        let name = hook.type.wireName
        let isWorking = durable.phase == .promoting || durable.phase == .finalising
        expect(!isWorking, .hookOrder, "asked \(name) in \(payloadPhase)")
        if hook.type.remembersPass, durable.phase?.isAtRest == false, durable.lastApplied == revision {
            expect(!durable.passedHooks.contains(hook.identifier), .hookOrder, "asked \(name) again")
        }
        if hook.type.point != .afterEnd {
            expect(!ledger.tick.isRollingBack, .hookOrder, "asked \(name) after a rollback hook passed")
            expect(ledger.tick.failedChecks == 0, .hookOrder, "asked \(name) after a failed check")
        }
        checkRollbackFirst(hook)
        let sameType = ledger.tick.asked.filter { plan.hooks[$0].type == hook.type }
        expect(sameType.allSatisfy { $0 < hook.index }, .hookOrder, "asked \(hook.name) out of order")
        ledger.tick.asked.append(hook.index)
    }

    private mutating func checkPayload(_ hook: Hook, _ payloadPhase: String, _ revision: Revision?) {
        let phase = hook.type.payloadPhase == .current ? durable.phase : .progressing
        expect(
            payloadPhase == phase?.rawValue, .hookOrder,
            "\(hook.name) carries \(payloadPhase), not \(phase?.rawValue ?? "-")")
        let isStart =
            hook.type.point == .beforeScaleUp || (isStandingIn && hook.type.point == .beforePromotion)
        let expected = isStart ? ledger.tick.observed?.target : durable.lastApplied
        expect(
            revision == expected, .hookOrder,
            "\(hook.name) carries the checksum of \(revision?.spec ?? "-"), not of \(expected?.spec ?? "-")")
    }

    private mutating func checkRollbackFirst(_ hook: Hook) {
        switch hook.type.point {
        case .beforeFirstTraffic, .beforeMetrics, .beforeIncrease, .beforePromotion: break
        case .beforeScaleUp, .everyTick, .afterEnd, .eachEvent: return
        }
        guard ledger.tick.startPhase?.asksRollback == true, !isStandingIn else { return }
        let missing = plan.hooks(at: .everyTick).filter { !ledger.tick.asked.contains($0.index) }.map(\.name)
        expect(missing.isEmpty, .hookOrder, "asked \(hook.name) before \(missing)")
    }

    mutating func checkAnswered(_ hook: Hook, _ revision: Revision?, isPass: Bool) {
        if hook.type.point == .afterEnd { ledger.toldEnd.insert(hook.index) }
        if isPass {
            approve(hook, for: revision)
            if hook.type.onPass == .rollBack { ledger.tick.isRollingBack = true }
        } else if hook.type.onRefusal == .failedCheck {
            ledger.tick.failedChecks += 1
        }
    }

    private mutating func approve(_ hook: Hook, for revision: Revision?) {
        ledger.tick.passed.insert(hook.index)
        guard let revision else { return }
        ledger.approvals.insert(Ledger.Approval(hook: hook.index, revision: revision))
    }

    mutating func checkAnnounced(_ announcement: Announcement, phase: Phase?) {
        expectActive("announced \(announcement.text)")
        expect(
            phase == durable.phase, .announcedPhase,
            "\(phase?.rawValue ?? "-"), durable is \(durable.phase?.rawValue ?? "-"): \(announcement.text)")
        if announcement.text.hasPrefix("Gate deadline of "),
            announcement.text.hasSuffix("going on without approval")
        {
            for hook in plan.hooks where announcement.text.hasPrefix("Gate deadline of \(hook.name) ") {
                approve(
                    hook,
                    for: durable.phase?.isAtRest == true ? ledger.tick.observed?.target : durable.lastApplied)
            }
        }
        guard announcement.reason == .halted, announcement.text.contains("waiting for") else { return }
        expect(
            durable.wait != nil && ledger.announcedWait != durable.wait, .announcedOnce, announcement.text)
        ledger.announcedWait = durable.wait
    }
}
