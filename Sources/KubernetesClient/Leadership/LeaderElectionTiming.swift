/// How long leadership lasts, and how often it is renewed.
///
/// Two contenders never lead at once as long as `renewDeadline` is below `leaseDuration`: the leader stops work at the
/// first, the others wait for the second, and both measure on their own monotonic clocks.
public struct LeaderElectionTiming: Hashable, Sendable {
    /// How long the others wait after the last renewal that they saw.
    public var leaseDuration: Duration
    /// How long after the start of its last successful renewal a leader may act.
    public var renewDeadline: Duration
    /// The time between two renewals.
    public var renewPeriod: Duration
    /// The time between two looks at the lease by those who wait; together with `leaseDuration`, the longest take-over.
    public var retryPeriod: Duration

    /// A take-over within 15.5 s of the leader's end without notice, and 0.3 requests a second for the leader.
    public static let standard = LeaderElectionTiming()

    /// Makes a timing; by default a lease of 14 s, 10 s to renew it, renewed every 3 s and looked at every 1.5 s.
    public init(
        leaseDuration: Duration = .seconds(14), renewDeadline: Duration = .seconds(10),
        renewPeriod: Duration = .seconds(3), retryPeriod: Duration = .milliseconds(1500)
    ) {
        self.leaseDuration = leaseDuration
        self.renewDeadline = renewDeadline
        self.renewPeriod = renewPeriod
        self.retryPeriod = retryPeriod
    }

    /// What is wrong with the timing; nil when leadership is safe with it.
    public var problem: String? {
        if leaseDuration < .seconds(1) { return "the lease duration \(leaseDuration) is below 1 s" }
        if renewDeadline >= leaseDuration {
            return "the renew deadline \(renewDeadline) is not below the lease duration \(leaseDuration)"
        }
        if renewPeriod >= renewDeadline || renewPeriod <= .zero {
            return "the renew period \(renewPeriod) is not between 0 and the renew deadline \(renewDeadline)"
        }
        if retryPeriod <= .zero { return "the retry period \(retryPeriod) is not above 0" }
        return nil
    }
}
