extension Rollout {
    /// Calls the hooks of a point in the order listed, save those whose pass still holds.
    mutating func ask(_ point: HookType.Point) {
        let pending = plan.hooks(at: point).filter { hook in
            !(hook.type.remembersPass && status.passedHooks.contains(hook.identifier))
        }
        askNext(at: point, pending)
    }

    private mutating func askNext(at point: HookType.Point, _ queue: [Hook]) {
        guard let hook = queue.first, let phase = status.phase, let revision = status.lastApplied else {
            return allPassed(at: point)
        }
        let call = HookCall(
            hook: hook, phase: hook.type.payloadPhase == .current ? phase : .progressing,
            revision: revision, status: status)
        effects.append(.ask(call))
        stage = .asking(point, queue: queue)
    }

    mutating func take(_ answer: HookAnswer, at point: HookType.Point, queue: [Hook]) {
        guard let hook = queue.first else { return }
        let rest = Array(queue.dropFirst())
        switch answer {
        case .passed:
            if let text = hook.type.passText {
                let passed = text(hook.name)
                announce(
                    hook.type.onPass == .rollBack
                        ? .warning(.hookPassed, passed) : .normal(.hookPassed, passed))
            }
            if hook.type.onPass == .rollBack { return rollBackManually() }
            if hook.type.remembersPass { status.passedHooks.insert(hook.identifier) }
            askNext(at: point, rest)
        case .refused(let detail):
            refuse(hook, detail, at: point, rest)
        }
    }

    private mutating func refuse(_ hook: Hook, _ detail: String, at point: HookType.Point, _ rest: [Hook]) {
        let text = hook.type.refusalText(plan.names.canary, hook.name, detail)
        switch hook.type.onRefusal {
        case .failedCheck:
            failCheck(.warning(.halted, text))
        case .goOn(let severity, let reason):
            announce(Announcement(severity: severity, reason: reason, text: text))
            askNext(at: point, rest)
        case .hold(let phase, let alertText):
            if let action = expiredGate(hook) { return expire(hook, action, at: point, rest) }
            hold(hook, in: phase, .warning(.halted, text), alertText)
        }
    }

    /// Waits for approval without a failed check; an unconfirmed revision does not run.
    private mutating func hold(
        _ hook: Hook, in phase: Phase?, _ announcement: Announcement, _ alertText: String
    ) {
        if let phase { status.phase = isCanaryStandingIn ? .waiting : phase }
        if hook.type.point == .beforeScaleUp, !isCanaryStandingIn, let canary = observation?.canary,
            canary.readiness != .absent
        {
            effects.append(.scaleDown)
        }
        wait(
            for: .approval(hook: hook.identifier), announcement,
            alert: hook.mutesAlert ? nil : Alert(.warn, alertText))
    }

    private func expiredGate(_ hook: Hook) -> GateDeadline.Action? {
        guard let deadline = plan.gateDeadline, let since = status.waitingSince,
            status.wait == .approval(hook: hook.identifier),
            since.elapsed(until: now) >= deadline.after
        else { return nil }
        return deadline.action
    }

    private mutating func expire(
        _ hook: Hook, _ action: GateDeadline.Action, at point: HookType.Point, _ rest: [Hook]
    ) {
        switch action {
        case .promote:
            announce(
                .warning(.hookPassed, "Gate deadline of \(hook.name) exceeded, going on without approval"))
            if hook.type.remembersPass { status.passedHooks.insert(hook.identifier) }
            askNext(at: point, rest)
        case .rollback:
            rollBack(
                .warning(
                    .rollingBack, "Rolling back \(plan.names.canary) gate deadline of \(hook.name) exceeded"),
                Alert(.error, "Gate deadline of \(hook.name) exceeded"))
        }
    }

    /// Where a tick goes on once all hooks of a point have passed or been heard.
    private mutating func allPassed(at point: HookType.Point) {
        switch point {
        case .beforeScaleUp: scaleUp()
        case .everyTick: rollbackNotWanted()
        case .beforeFirstTraffic: beginTraffic()
        case .beforeMetrics: checkMetrics()
        case .beforeIncrease: increaseWeight()
        case .beforePromotion: promote()
        case .afterEnd: settle()
        case .eachEvent: break
        }
    }
}
