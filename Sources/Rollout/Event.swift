/// What happened, as the interpreter tells the rollout.
public enum Event: Equatable, Sendable {
    /// It is time to look.
    case tick(Observation)
    /// The hook asked last has answered.
    case hookAnswered(HookAnswer)
    /// The metrics asked for last were measured: nil when all are within their ranges, else what to announce.
    case metricsChecked(failure: String?)
    /// The metrics providers were asked: nil when all answered, else what is wrong.
    case metricsVerified(failure: String?)
    /// An effect failed; those after it in its list were dropped.
    case effectFailed(EffectFailure)
}

/// An effect that could not be performed.
public struct EffectFailure: Equatable, Sendable {
    /// The effect.
    public var effect: Effect
    /// Why, in words for an announcement.
    public var reason: String
    /// The status last made durable.
    public var durable: RolloutStatus
    /// When it failed.
    public var now: Timestamp

    /// Makes a failure.
    public init(effect: Effect, reason: String, durable: RolloutStatus, now: Timestamp) {
        self.effect = effect
        self.reason = reason
        self.durable = durable
        self.now = now
    }
}
