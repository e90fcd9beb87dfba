/// What the user asked for: everything of the Canary resource that decides how a rollout goes.
public struct Plan: Equatable, Sendable {
    /// The names that appear in announcements.
    public var names: Names
    /// How the canary is exposed.
    public var strategy: Strategy
    /// Whether traffic is mirrored before it is shifted (stepped) or while it is not (blue/green).
    public var mirrors: Bool
    /// By how much primary's weight rises a tick after promotion; nil moves all of it at once.
    public var promotionStep: Int?
    /// Failed checks that end the rollout; at least 1.
    public var threshold: Int
    /// The hooks, in the order the user listed them.
    public var hooks: [Hook]
    /// Whether metrics are configured.
    public var hasMetrics: Bool
    /// How long a working phase may go without progress.
    public var progressDeadline: Duration
    /// Whether the router can shift traffic by weight, match and mirror.
    public var shiftsTraffic: Bool
    /// Promote as soon as the canary is healthy, without analysis.
    public var skipsAnalysis: Bool
    /// Touch nothing.
    public var isSuspended: Bool
    /// Hold the rollout where it is (`aviary/pause`).
    public var isPaused: Bool
    /// Fail a running rollout at once (`aviary/abort`); the value is shown as the reason.
    public var abortReason: String?
    /// What happens to a gate that nobody opens (`aviary/gate-deadline`); nil waits for ever.
    public var gateDeadline: GateDeadline?

    /// Makes a plan; everything optional defaults to what an empty `analysis` means.
    public init(
        names: Names, strategy: Strategy, mirrors: Bool = false, promotionStep: Int? = nil,
        threshold: Int = 1, hooks: [Hook] = [], hasMetrics: Bool = false,
        progressDeadline: Duration = .seconds(600), shiftsTraffic: Bool = true,
        skipsAnalysis: Bool = false, isSuspended: Bool = false, isPaused: Bool = false,
        abortReason: String? = nil, gateDeadline: GateDeadline? = nil
    ) {
        self.names = names
        self.strategy = strategy
        self.mirrors = mirrors
        self.promotionStep = promotionStep
        self.threshold = max(threshold, 1)
        self.hooks = hooks
        self.hasMetrics = hasMetrics
        self.progressDeadline = progressDeadline
        self.shiftsTraffic = shiftsTraffic
        self.skipsAnalysis = skipsAnalysis
        self.isSuspended = isSuspended
        self.isPaused = isPaused
        self.abortReason = abortReason
        self.gateDeadline = gateDeadline
    }

    /// The hooks called at a point of the tick, in the order listed.
    public func hooks(at point: HookType.Point) -> [Hook] {
        hooks.filter { $0.type.point == point }
    }
}

/// The names that appear in announcements, each as `name.namespace`.
public struct Names: Equatable, Sendable {
    /// The Canary resource.
    public var canary: String
    /// The workload the user changes.
    public var target: String
    /// The stable copy.
    public var primary: String
    /// The kind of the target, such as `Deployment` or `Process`.
    public var targetKind: String

    /// Makes the names of a canary in a namespace; primary is `<target>-primary`.
    public init(canary: String, target: String, namespace: String, targetKind: String) {
        self.canary = "\(canary).\(namespace)"
        self.target = "\(target).\(namespace)"
        self.primary = "\(target)-primary.\(namespace)"
        self.targetKind = targetKind
    }
}

/// What happens to a gate that stays closed for too long.
public struct GateDeadline: Equatable, Sendable {
    /// What is done when the time is over.
    public enum Action: String, Sendable { case rollback, promote }

    /// How long a gate may stay closed, from the first refusal.
    public var after: Duration
    /// What is done then: `promote` takes the gate as open.
    public var action: Action

    /// Makes a deadline.
    public init(after: Duration, action: Action) {
        self.after = after
        self.action = action
    }
}
