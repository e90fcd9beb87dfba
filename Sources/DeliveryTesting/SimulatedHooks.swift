public import Delivery
public import FlaggerAPI
import Rollout

/// The webhooks of a simulated world.
public struct SimulatedHooks: HookCaller {
    let world: World

    /// The webhooks of a world.
    public init(_ world: World) { self.world = world }

    /// Answers as the hook's script says; time passes meanwhile.
    public func call(_ endpoint: HookEndpoint, payload: CanaryWebhookPayload) async -> HookOutcome {
        world.with { $0.call(endpoint, payload) }
    }
}

extension WorldState {
    mutating func call(_ endpoint: HookEndpoint, _ payload: CanaryWebhookPayload) -> HookOutcome {
        guard let index = Int(endpoint.url), plan.hooks.indices.contains(index) else {
            return HookOutcome(error: "no hook at \(endpoint.url)")
        }
        let hook = plan.hooks[index]
        guard beginInfallible() else { return HookOutcome(error: "the process is dead") }
        if hook.type == .event { return hear(index, payload) }
        ledger.tick.deeds += 1
        let revision = checksums[payload.checksum]
        checkAsked(hook, payload.phase, revision)
        let script = scenario.hooks[index]
        let status = script.status(
            at: now, isSettled: isSettled, wasAwaited: awaited.contains(hook.identifier), random: &random)
        pass(status == nil ? HookScript.timeout : script.latency)
        note(.asked(hook: "\(hook.name) \(payload.phase) \(revision?.spec ?? "?")", answer: status))
        let outcome = HookOutcome(status: status, error: status == nil ? "no answer" : nil)
        checkAnswered(hook, revision, isPass: outcome.isPass)
        endInfallible()
        return outcome
    }

    private mutating func hear(_ index: Int, _ payload: CanaryWebhookPayload) -> HookOutcome {
        note(.asked(hook: "\(plan.hooks[index].name) \(payload.metadata["eventMessage"] ?? "")", answer: 200))
        checkHeard(index, payload)
        endInfallible()
        return HookOutcome(status: 200)
    }
}
