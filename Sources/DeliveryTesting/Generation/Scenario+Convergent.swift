import Randomness
import Rollout

extension Scenario {
    /// A scenario in which nothing depends on the moment: it ends alike whatever goes wrong on the way.
    public static func convergent(seed: UInt64) -> Scenario {
        var random = SplitMix64(seed: seed)
        var plan = Plan.random(&random)
        plan.skipsAnalysis = random.chance(0.1)
        plan.hooks = Hook.random(count: random.pick(0...8), types: HookType.all, &random)
        let hasDeadline = random.chance(0.2)
        if hasDeadline {
            plan.gateDeadline = GateDeadline(after: .seconds(40), action: random.pick([.rollback, .promote]))
        }
        var scenario = Scenario(seed: seed, plan: plan)
        scenario.family = .convergent
        scenario.hooks = plan.hooks.map { HookScript.convergent($0.type, hasDeadline: hasDeadline, &random) }
        scenario.metrics = (0..<random.pick(0...1)).map { _ in random.chance(0.9) ? .good : .bad }
        scenario.plan.hasMetrics = !scenario.metrics.isEmpty
        scenario.replicas = random.pick(1...3)
        scenario.revisions = (0..<4).map { _ in RevisionTraits.convergent(&random) }
        scenario.revisions[0] = RevisionTraits()
        scenario.actions += UserAction.convergent(&random)
        scenario.settlesAt = 3_000_000
        return scenario
    }
}

extension HookScript {
    static func convergent(_ type: HookType, hasDeadline: Bool, _ random: inout SplitMix64) -> HookScript {
        switch type.point {
        case .everyTick: HookScript(random.chance(0.95) ? .refuses(status: 403) : .passes)
        case .beforeFirstTraffic, .beforeMetrics:
            HookScript(random.chance(0.93) ? .passes : random.pick([.refuses(status: 500), .stalls]))
        case .beforeScaleUp, .beforeIncrease, .beforePromotion:
            HookScript(
                random.chance(0.5)
                    ? .passes : hasDeadline && random.chance(0.5) ? .refuses(status: 403) : .opensOnceAwaited)
        case .afterEnd, .eachEvent: HookScript(.passes)
        }
    }
}

extension RevisionTraits {
    static func convergent(_ random: inout SplitMix64) -> RevisionTraits {
        RevisionTraits(
            canaryStartup: random.chance(0.05) ? nil : Int64(random.pick(0...12_000)),
            primaryStartup: random.chance(0.08) ? nil : Int64(random.pick(0...12_000)),
            rollsPrimary: random.chance(0.7))
    }
}

extension UserAction {
    /// Releases and reverts as soon as a phase is entered.
    static func convergent(_ random: inout SplitMix64) -> [UserAction] {
        let phases: [Phase] = [
            .waiting, .progressing, .waitingPromotion, .promoting, .finalising, .succeeded, .failed,
        ]
        return (0..<random.pick(0...2)).map { _ in
            UserAction(.entering(random.pick(phases)), .release(random.pick(0...3)))
        }
    }
}
