/// Where a rollout stands, as users see it.
public struct CanaryStatus: Codable, Equatable, Sendable {
    /// The phase by wire name, such as `Progressing`; empty before the first.
    public var phase = ""
    /// Failed checks so far in this rollout.
    public var failedChecks = 0
    /// The share of traffic that the canary gets, in percent.
    public var canaryWeight = 0
    /// Iterations so far in this rollout.
    public var iterations = 0
    /// The cookie value of the rollout before.
    public var previousSessionAffinityCookie: String?
    /// The cookie value of this rollout.
    public var sessionAffinityCookie: String?
    /// The cookie value that keeps clients on the primary.
    public var primarySessionAffinityCookie: String?
    /// Hashes of the tracked configuration, by name; nil when none is tracked.
    public var trackedConfigs: [String: String]?
    /// The hash of the target's spec that was last seen.
    public var lastAppliedSpec: String?
    /// The hash of the target's spec that was last promoted.
    public var lastPromotedSpec: String?
    /// When the status last changed: RFC 3339, UTC, whole seconds.
    public var lastTransitionTime: String?
    /// The conditions that `kubectl wait` reads.
    public var conditions: [CanaryCondition] = []

    enum CodingKeys: String, CodingKey, CaseIterable {
        case phase, failedChecks, canaryWeight, iterations, previousSessionAffinityCookie
        case sessionAffinityCookie, primarySessionAffinityCookie, trackedConfigs, lastAppliedSpec
        case lastPromotedSpec, lastTransitionTime, conditions
    }

    /// A status in a phase.
    public init(phase: String = "") { self.phase = phase }

    /// Reads a status; every field has a default.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        try fields.read(.phase, into: &phase)
        try fields.read(.failedChecks, into: &failedChecks)
        try fields.read(.canaryWeight, into: &canaryWeight)
        try fields.read(.iterations, into: &iterations)
        try fields.read(.previousSessionAffinityCookie, into: &previousSessionAffinityCookie)
        try fields.read(.sessionAffinityCookie, into: &sessionAffinityCookie)
        try fields.read(.primarySessionAffinityCookie, into: &primarySessionAffinityCookie)
        try fields.read(.trackedConfigs, into: &trackedConfigs)
        try fields.read(.lastAppliedSpec, into: &lastAppliedSpec)
        try fields.read(.lastPromotedSpec, into: &lastPromotedSpec)
        try fields.read(.lastTransitionTime, into: &lastTransitionTime)
        try fields.read(.conditions, into: &conditions)
    }
}
