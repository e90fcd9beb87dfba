@testable import Rollout

/// Drives one rollout tick by tick, keeping what is durable between ticks as a store would.
struct Driver {
    var plan: Plan
    var durable: RolloutStatus
    var seconds: Int64 = 1000
    private var rollout: Rollout
    private var pending: Effect?

    init(_ plan: Plan, _ status: RolloutStatus = RolloutStatus()) {
        self.plan = plan
        durable = status
        rollout = Rollout(plan: plan, status: status)
    }

    var now: Timestamp { Timestamp(milliseconds: seconds * 1000) }

    /// Starts a tick and performs its first effects; by default both sides are as a healthy rollout has them.
    mutating func tick(
        target: Revision = .two, primary: WorkloadState = .at(.one), canary: WorkloadState = .at(.two),
        routes: Routes? = nil
    ) -> [Effect] {
        rollout = Rollout(plan: plan, status: durable)
        let observation = Observation(
            now: now, target: target, primary: primary, canary: canary, routes: routes ?? durable.routes)
        return perform(.tick(observation))
    }

    mutating func answer(_ answer: HookAnswer) -> [Effect] { perform(.hookAnswered(answer)) }

    mutating func measured(_ failure: String? = nil) -> [Effect] {
        perform(.metricsChecked(failure: failure))
    }

    mutating func verified(_ failure: String? = nil) -> [Effect] {
        perform(.metricsVerified(failure: failure))
    }

    mutating func failed(_ effect: Effect, _ reason: String = "no route") -> [Effect] {
        perform(.effectFailed(EffectFailure(effect: effect, reason: reason, durable: durable, now: now)))
    }

    /// A whole tick: hooks named in `refused` say no, all others pass.
    mutating func run(
        target: Revision = .two, primary: WorkloadState = .at(.one), canary: WorkloadState = .at(.two),
        routes: Routes? = nil, refused: Set<HookType> = [.rollback], metrics: String? = nil
    ) -> [Effect] {
        var all: [Effect] = []
        var effects = tick(target: target, primary: primary, canary: canary, routes: routes)
        while true {
            all += effects
            switch effects.last {
            case .ask(let call): effects = answer(refused.contains(call.hook.type) ? .refused("no") : .passed)
            case .checkMetrics: effects = measured(metrics)
            case .verifyMetrics: effects = verified()
            default: return all
            }
        }
    }

    private mutating func perform(_ event: Event) -> [Effect] {
        let effects = rollout.advance(event)
        for case .writeStatus(let status) in effects { durable = status }
        return effects
    }
}
