/// How the replicas of one revision behave.
public struct RevisionTraits: Equatable, Sendable {
    /// Milliseconds until the canary's replicas are ready; nil means never.
    public var canaryStartup: Int64?
    /// Milliseconds until primary's replicas are ready; nil means never.
    public var primaryStartup: Int64?
    /// Whether primary's old replicas serve until the new ones do.
    public var rollsPrimary: Bool

    /// Makes traits.
    public init(canaryStartup: Int64? = 1000, primaryStartup: Int64? = 1000, rollsPrimary: Bool = true) {
        self.canaryStartup = canaryStartup
        self.primaryStartup = primaryStartup
        self.rollsPrimary = rollsPrimary
    }
}

/// A time in which replicas of one side are dead.
public struct Outage: Equatable, Sendable {
    /// Whether primary is hit, or else the canary.
    public var hitsPrimary: Bool
    /// From when to when, in virtual milliseconds.
    public var span: Range<Int64>
    /// How many replicas survive.
    public var survivors: Int

    /// Makes an outage.
    public init(hitsPrimary: Bool, span: Range<Int64>, survivors: Int) {
        self.hitsPrimary = hitsPrimary
        self.span = span
        self.survivors = survivors
    }
}
