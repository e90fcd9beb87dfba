import Randomness
import Rollout

extension Scenario {
    /// A scenario in which anything may happen at any time, made from a seed alone.
    public static func wild(seed: UInt64) -> Scenario {
        var random = SplitMix64(seed: seed)
        var plan = Plan.random(&random)
        if random.chance(0.07) { plan.skipsAnalysis = true }
        if random.chance(0.15) {
            plan.gateDeadline = GateDeadline(
                after: .seconds(random.pick(20...120)), action: random.pick([.rollback, .promote]))
        }
        plan.hooks = Hook.random(count: random.pick(0...10), types: HookType.all, &random)
        var scenario = Scenario(seed: seed, plan: plan)
        scenario.family = .wild
        scenario.hooks = plan.hooks.map { HookScript.wild($0.type, &random) }
        scenario.metrics = (0..<random.pick(0...2)).map { _ in MetricScript.wild(&random) }
        scenario.plan.hasMetrics = !scenario.metrics.isEmpty
        scenario.interval = Int64(random.pick([10_000, 15_000, 20_000, 30_000]))
        scenario.replicas = random.pick(1...4)
        scenario.revisions = (0..<4).map { _ in RevisionTraits.wild(&random) }
        if !random.chance(0.03) { scenario.revisions[0].primaryStartup = Int64(random.pick(0...20_000)) }
        scenario.outages = (0..<random.pick([0, 0, 1, 2])).map { _ in Outage.wild(&random) }
        scenario.fullStores = (0..<random.pick([0, 0, 0, 1])).map { _ in
            let start = Int64(random.pick(0...400_000))
            return start..<(start + Int64(random.pick(1_000...120_000)))
        }
        scenario.settlesAt = Int64(random.pick(300...600)) * 1000
        scenario.actions = UserAction.wild(&random)
        scenario.faults = Faults.wild(&random)
        return scenario
    }
}

extension HookScript {
    static func wild(_ type: HookType, _ random: inout SplitMix64) -> HookScript {
        let moment = Int64(random.pick(0...400_000))
        let period = Int64(random.pick(5_000...90_000))
        let good: [Answer] = [.passes, .passes, .passes, .passes, .passesSometimes(percent: 85)]
        let rare: [Answer] = [
            .opens(at: moment), .opens(at: moment), .flaps(every: period), .closes(at: moment),
            .passesSometimes(percent: 40), .refuses(status: random.pick([204, 403, 404, 500])), .stalls,
        ]
        let latency = Int64(random.pick([1, 10, 200, 3000]))
        switch type.point {
        case .everyTick:
            let calm: [Answer] = [
                .refuses(status: 403), .refuses(status: 403), .refuses(status: 500), .stalls,
            ]
            let answer: Answer =
                random.chance(0.85)
                ? random.pick(calm)
                : random.pick([.opens(at: moment), .passesSometimes(percent: 3), .passes])
            return HookScript(answer, settledPass: random.chance(0.05), latency: latency)
        case .beforeFirstTraffic, .beforeMetrics:
            let answer = random.chance(0.75) ? random.pick(good) : random.pick(rare)
            return HookScript(answer, settledPass: random.chance(0.85), latency: latency)
        case .eachEvent: return HookScript(.passes, latency: latency)
        case .beforeScaleUp, .beforeIncrease, .beforePromotion, .afterEnd:
            let answer = random.chance(0.5) ? random.pick(good) : random.pick(rare)
            return HookScript(answer, settledPass: true, latency: latency)
        }
    }
}

extension MetricScript {
    static func wild(_ random: inout SplitMix64) -> MetricScript {
        if random.chance(0.8) { return .good }
        return random.pick([.bad, .empty, .unavailable, .flaps(every: Int64(random.pick(5_000...90_000)))])
    }
}

extension RevisionTraits {
    static func wild(_ random: inout SplitMix64) -> RevisionTraits {
        RevisionTraits(
            canaryStartup: random.chance(0.05) ? nil : Int64(random.pick(0...40_000)),
            primaryStartup: random.chance(0.07) ? nil : Int64(random.pick(0...40_000)),
            rollsPrimary: random.chance(0.7))
    }
}

extension Outage {
    static func wild(_ random: inout SplitMix64) -> Outage {
        let start = Int64(random.pick(10_000...450_000))
        return Outage(
            hitsPrimary: random.chance(0.4), span: start..<(start + Int64(random.pick(5_000...90_000))),
            survivors: random.pick([0, 0, 1]))
    }
}

extension Faults {
    static func wild(_ random: inout SplitMix64) -> Faults {
        guard random.chance(0.5) else { return .none }
        var faults = Faults()
        for kind in Kind.allCases { faults.probability[kind] = random.pick([0, 0, 0.01, 0.03, 0.1]) }
        return faults
    }
}
