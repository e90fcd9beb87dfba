public import Rollout

/// A Canary resource, ready to be performed: the plan for the core and what its effects need.
public struct CanaryDefinition: Equatable, Sendable {
    /// The canary's name.
    public var name: String
    /// The canary's namespace.
    public var namespace: String
    /// What the core decides by.
    public var plan: Plan
    /// Time between two ticks.
    public var interval: Duration
    /// The webhooks, in the user's order; hook `n` of the plan is called at endpoint `n`.
    public var webhooks: [Webhook]
    /// The metrics, in the user's order.
    public var metrics: [MetricCheck]
    /// Whether payloads carry the rollout's numbers as well (`aviary/payload: extended`).
    public var extendsPayload: Bool
    /// Who hears of alerts.
    public var alerts: AlertSettings
    /// Whether webhooks carry the trace of the rollout (`aviary/traceparent`).
    public var tracesHooks: Bool

    /// How one webhook is called.
    public struct Webhook: Equatable, Sendable {
        /// Where and how.
        public var endpoint: HookEndpoint
        /// What the user wants to be told with it.
        public var metadata: [String: String]

        /// Makes a webhook.
        public init(endpoint: HookEndpoint, metadata: [String: String] = [:]) {
            self.endpoint = endpoint
            self.metadata = metadata
        }
    }

    /// Makes a definition.
    public init(
        name: String, namespace: String, plan: Plan, interval: Duration, webhooks: [Webhook] = [],
        metrics: [MetricCheck] = [], extendsPayload: Bool = false, alerts: AlertSettings = .none,
        tracesHooks: Bool = false
    ) {
        self.name = name
        self.namespace = namespace
        self.plan = plan
        self.interval = interval
        self.webhooks = webhooks
        self.metrics = metrics
        self.extendsPayload = extendsPayload
        self.alerts = alerts
        self.tracesHooks = tracesHooks
    }

    /// The largest weight the strategy routes to the canary.
    var maxWeight: Int {
        switch plan.strategy {
        case .stepped(let weights): weights.last ?? 100
        case .abTest, .blueGreen: 100
        }
    }
}
