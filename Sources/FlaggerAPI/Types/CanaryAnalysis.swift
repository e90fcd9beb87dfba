public import Timing

/// How a new revision is tested and given traffic.
public struct CanaryAnalysis: Codable, Equatable, Sendable {
    /// The time from one run of the analysis to the next; 60s by default.
    public var interval = GoDuration.minutes(1)
    /// How often A/B and blue/green run the checks; 0 means not this strategy.
    public var iterations = 0
    /// Mirror requests to the canary before it gets traffic of its own.
    public var mirror = false
    /// The share of requests to mirror, in percent; nil means all.
    public var mirrorWeight: Int?
    /// The highest weight of the canary, in percent; nil means 100.
    public var maxWeight: Int?
    /// What the weight grows by at each step, in percent; 0 means not this strategy.
    public var stepWeight = 0
    /// The weights of the steps, in percent, instead of `stepWeight`.
    public var stepWeights: [Int] = []
    /// What the weight of the primary grows by during the promotion, in percent; 0 means all at once.
    public var stepWeightPromotion = 0
    /// The failed checks that end the rollout; read `failureThreshold`.
    public var threshold = 0
    /// The share of primary replicas that must be ready, in percent; 100 by default.
    public var primaryReadyThreshold = 100
    /// The share of canary replicas that must be ready, in percent; 100 by default.
    public var canaryReadyThreshold = 100
    /// Who is told.
    public var alerts: [CanaryAlert] = []
    /// What is measured.
    public var metrics: [CanaryMetric] = []
    /// What is asked.
    public var webhooks: [CanaryWebhook] = []
    /// Which requests go to the canary in an A/B test; any one suffices.
    public var match: [RequestMatch] = []
    /// Keeps a client on the side it first met.
    public var sessionAffinity: SessionAffinity?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case interval, iterations, mirror, mirrorWeight, maxWeight, stepWeight, stepWeights
        case stepWeightPromotion, threshold, primaryReadyThreshold, canaryReadyThreshold, alerts, metrics
        case webhooks, match, sessionAffinity
    }

    /// The failed checks that end the rollout: `threshold`, but at least 1.
    public var failureThreshold: Int { max(threshold, 1) }

    /// The highest weight of the canary, in percent: `maxWeight`, or 100 when absent or 0.
    public var effectiveMaxWeight: Int { maxWeight.flatMap { $0 > 0 ? $0 : nil } ?? 100 }

    /// An analysis with every default.
    public init() {}

    /// Reads an analysis; every field has a default.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        try fields.read(.interval, into: &interval)
        try fields.read(.iterations, into: &iterations)
        try fields.read(.mirror, into: &mirror)
        try fields.read(.mirrorWeight, into: &mirrorWeight)
        try fields.read(.maxWeight, into: &maxWeight)
        try fields.read(.stepWeight, into: &stepWeight)
        try fields.read(.stepWeights, into: &stepWeights)
        try fields.read(.stepWeightPromotion, into: &stepWeightPromotion)
        try fields.read(.threshold, into: &threshold)
        try fields.read(.primaryReadyThreshold, into: &primaryReadyThreshold)
        try fields.read(.canaryReadyThreshold, into: &canaryReadyThreshold)
        try fields.read(.alerts, into: &alerts)
        try fields.read(.metrics, into: &metrics)
        try fields.read(.webhooks, into: &webhooks)
        try fields.read(.match, into: &match)
        try fields.read(.sessionAffinity, into: &sessionAffinity)
    }
}
