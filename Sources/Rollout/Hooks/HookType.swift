/// When a hook is called and what its answer means. One file a type, and one line in `all`.
public struct HookType: Sendable, Hashable {
    /// The moments of a rollout at which hooks are called.
    public enum Point: Sendable, Hashable {
        /// Before the canary is scaled up.
        case beforeScaleUp
        /// Every tick of a running rollout, before anything else.
        case everyTick
        /// When the canary is ready and has had no traffic yet.
        case beforeFirstTraffic
        /// Every later tick, before the metrics.
        case beforeMetrics
        /// Right before each increase of the canary's weight.
        case beforeIncrease
        /// When nothing but approval is missing for promotion.
        case beforePromotion
        /// After the end.
        case afterEnd
        /// With every announcement; asked by no tick.
        case eachEvent
    }

    /// The phase a payload carries.
    public enum PayloadPhase: Sendable, Hashable {
        /// The one the status holds.
        case current
        /// Always `Progressing`, as on the peer.
        case progressing
    }

    /// What a pass leads to.
    public enum Pass: Sendable, Hashable { case goOn, rollBack }

    /// What anything but a pass leads to.
    public enum Refusal: Sendable, Hashable {
        /// A failed check; at the threshold the rollout is rolled back.
        case failedCheck
        /// The rollout waits, in this phase when one is given, without a failed check.
        case hold(phase: Phase?, alert: String)
        /// Nothing; the announcement is normal or a warning.
        case goOn(Announcement.Severity, Announcement.Reason)
    }

    /// The name in the Canary resource.
    public let wireName: String
    /// When it is called.
    public let point: Point
    /// The phase its payload carries.
    public let payloadPhase: PayloadPhase
    /// Whether a pass holds for the revision, so that the hook is not asked again.
    public let remembersPass: Bool
    /// What a pass leads to.
    public let onPass: Pass
    /// What anything else leads to.
    public let onRefusal: Refusal
    /// What is announced on a pass, given the hook's name; nil announces nothing.
    let passText: (@Sendable (_ hook: String) -> String)?
    /// What is announced on a refusal, given the canary's name, the hook's name and the answer's body or error.
    let refusalText: @Sendable (_ canary: String, _ hook: String, _ detail: String) -> String

    /// Every type there is.
    public static let all: [HookType] = [
        .confirmRollout,
        .rollback,
        .preRollout,
        .rollout,
        .confirmTrafficIncrease,
        .confirmPromotion,
        .postRollout,
        .event,
    ]

    /// The type of that name in the Canary resource; an empty name means `rollout`, an unknown one is nil.
    public static func named(_ wireName: String) -> HookType? {
        wireName.isEmpty ? .rollout : all.first { $0.wireName == wireName }
    }

    /// Types are told apart by their names.
    public static func == (left: HookType, right: HookType) -> Bool { left.wireName == right.wireName }

    /// Hashes the name.
    public func hash(into hasher: inout Hasher) { hasher.combine(wireName) }
}
