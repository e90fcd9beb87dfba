/// What must hold after every effect of every rollout.
public enum Invariant: String, Sendable, CaseIterable {
    /// Weights are 0 to 100 and sum to 100.
    case weights
    /// A canary gets no traffic before its pre-rollout hooks have passed.
    case testedBeforeTraffic
    /// No route sends traffic to a canary that had no endpoint when the tick looked.
    case endpointsBeforeTraffic
    /// A canary without endpoints loses its traffic while primary can take it.
    case leavesDeadCanary
    /// The weight rises by one step, to no more than the maximum, and only when all traffic gates have passed for it.
    case approvedIncrease
    /// A failed check is counted once, and only for a failed check: a refused gate counts nothing.
    case countedChecks
    /// Primary is overwritten only by a durable promotion whose gates have passed for that revision.
    case approvedPromotion
    /// Nothing of a revision runs before its confirm-rollout hooks have passed.
    case approvedStart
    /// A rollout ends with its traffic on primary.
    case trafficOnPrimary
    /// A canary that gets traffic is not stopped.
    case stopsIdleCanary
    /// Once primary has been overwritten, the canary keeps its traffic until primary serves.
    case servesThroughPromotion
    /// Every rollout ends, the newest revision is taken up, and what is left matches the status.
    case ends
    /// post-rollout hooks are called for every end.
    case toldEnd
    /// The shown weight is the routed one after each tick without trouble.
    case shownWeight
    /// Phases follow each other as documented.
    case phaseOrder
    /// Hooks are asked in their order, with the phase and checksum they are documented to carry.
    case hookOrder
    /// Announcements carry the durable phase.
    case announcedPhase
    /// A wait is announced once.
    case announcedOnce
    /// A status, what is told with it and the calls owed for it are one commit.
    case committedTogether
    /// Event hooks hear announcements in order, with the payload that was committed.
    case eventOrder
    /// Event hooks hear every announcement, whatever crashed in between.
    case eventsHeard
    /// A suspended canary is not touched.
    case suspended
    /// The status is written only when it changes.
    case writesChanges
    /// A crash or a failed effect leads to the same end as a run without it.
    case sameEnd
}

/// An invariant that did not hold.
public struct Violation: Equatable, Sendable, CustomStringConvertible {
    /// Which one.
    public var invariant: Invariant
    /// What was found instead.
    public var detail: String
    /// When, in virtual milliseconds.
    public var time: Int64

    /// The invariant's name, the moment and what was found.
    public var description: String { "\(invariant.rawValue) at \(time) ms: \(detail)" }
}
