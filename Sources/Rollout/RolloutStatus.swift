/// The durable truth about a rollout. It changes only through `Effect.writeStatus`.
public struct RolloutStatus: Equatable, Sendable {
    /// Where the rollout stands; nil when the target was never seen.
    public var phase: Phase?
    /// What the router is meant to do; its weight is the one shown.
    public var routes: Routes
    /// Passed iterations of an A/B test or a blue/green rollout.
    public var iterations: Int
    /// Checks failed in this rollout.
    public var failedChecks: Int
    /// The revision last taken up: the one under analysis, or the last that was.
    public var lastApplied: Revision?
    /// The revision primary was last moved to.
    public var lastPromoted: Revision?
    /// Identifiers of the hooks whose pass holds for the revision under analysis.
    public var passedHooks: Set<String>
    /// Whether the pre-rollout hooks have passed for the revision under analysis.
    public var isAnalysing: Bool
    /// What somebody has to decide before it goes on; announced when it was entered.
    public var wait: Wait?
    /// Since when it waits for that.
    public var waitingSince: Timestamp?
    /// What keeps it from progress; announced when it was entered.
    public var stall: Stall?
    /// Since when there has been no progress; counts towards the progress deadline.
    public var stalledSince: Timestamp?
    /// What is still owed after the end: post-rollout hooks and the closing announcement.
    public var owed: Ending?
    /// When the phase last changed.
    public var lastTransition: Timestamp?

    /// The status of a target never seen.
    public init() {
        routes = .primary
        iterations = 0
        failedChecks = 0
        passedHooks = []
        isAnalysing = false
    }

    /// A decision that a rollout waits for, without end unless a gate deadline is set.
    public enum Wait: Hashable, Sendable {
        /// A confirm hook, by its identifier.
        case approval(hook: String)
        /// The end of a pause.
        case resume
    }

    /// A trouble that keeps a rollout from progress, for as long as the progress deadline allows.
    public enum Stall: Hashable, Sendable {
        /// Primary does not serve.
        case primary
        /// The canary does not serve.
        case canary
        /// An effect of this kind fails.
        case effect(String)
    }

    /// How a rollout ended.
    public enum Ending: String, Sendable {
        /// Promoted after analysis.
        case promoted
        /// Promoted without analysis.
        case skipped
        /// Rolled back, or promotion failed.
        case failed
    }
}
