public import Delivery
public import Rollout

/// Everything that happens to one simulated target; two runs of one scenario are the same, effect by effect.
public struct Scenario: Sendable {
    /// How it was made.
    public enum Family: String, Sendable {
        /// By hand.
        case handmade
        /// Anything may happen at any time.
        case wild
        /// Everything depends on the rollout's state alone, so that it ends alike whatever goes wrong on the way.
        case convergent
    }

    /// How it was made.
    public var family = Family.handmade
    /// Where its randomness comes from.
    public var seed: UInt64
    /// What the user asked for at the start. Hook `n` is answered by script `n`.
    public var plan: Plan
    /// Milliseconds between two ticks at the start.
    public var interval: Int64
    /// How each hook of the plan answers.
    public var hooks: [HookScript]
    /// How each metric behaves.
    public var metrics: [MetricScript]
    /// How each revision's replicas behave; the target starts at revision 0.
    public var revisions: [RevisionTraits]
    /// Replicas of each side.
    public var replicas: Int
    /// When replicas are dead.
    public var outages: [Outage]
    /// When nothing can be kept, as on a full disk, in virtual milliseconds.
    public var fullStores: [Range<Int64>]
    /// What is done to it, in order.
    public var actions: [UserAction]
    /// What goes wrong with effects.
    public var faults: Faults
    /// From when nothing goes wrong any more and gates are open, in virtual milliseconds; a rollout that has come to
    /// rest settles earlier when no timed action is left.
    public var settlesAt: Int64

    /// Makes a scenario in which nothing goes wrong, one revision released as soon as the target is initialised.
    public init(seed: UInt64 = 0, plan: Plan, hooks: [HookScript] = [], metrics: [MetricScript] = []) {
        self.seed = seed
        self.plan = plan
        self.hooks = hooks
        self.metrics = metrics
        interval = 10_000
        revisions = Array(repeating: RevisionTraits(), count: 4)
        replicas = 2
        outages = []
        fullStores = []
        actions = [UserAction(.entering(.initialized), .release(1))]
        faults = .none
        settlesAt = 600_000
    }

    /// The revision of a number.
    public static func revision(_ number: Int) -> Revision { Revision(spec: "r\(number)") }

    /// What an interpreter is given.
    func definition(_ plan: Plan) -> CanaryDefinition {
        CanaryDefinition(
            name: "app", namespace: "test", plan: plan, interval: .milliseconds(interval),
            webhooks: hooks.indices.map {
                CanaryDefinition.Webhook(endpoint: HookEndpoint(url: "\($0)"))
            },
            metrics: metrics.indices.map { MetricCheck(name: "\($0)", minimum: 99) })
    }
}
