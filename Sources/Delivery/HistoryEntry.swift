public import Rollout

/// One thing that happened in a rollout.
public struct HistoryEntry: Equatable, Sendable {
    /// What happened.
    public enum Kind: Equatable, Sendable {
        /// Users were told.
        case announced(Announcement)
        /// The alert providers were told.
        case alerted(Alert)
        /// A hook was called.
        case called(HookRecord)
        /// A metric was measured.
        case measured(MetricRecord)
        /// The status became durable.
        case moved(RolloutStatus)
    }

    /// When it happened.
    public var time: Timestamp
    /// The phase the status held.
    public var phase: Phase?
    /// The checksum of the revision in hand.
    public var checksum: String
    /// What happened.
    public var kind: Kind

    /// Makes an entry.
    public init(time: Timestamp, phase: Phase?, checksum: String, kind: Kind) {
        self.time = time
        self.phase = phase
        self.checksum = checksum
        self.kind = kind
    }
}

/// One call of a hook with its answer.
public struct HookRecord: Equatable, Sendable {
    /// The hook's type, as in the Canary resource.
    public var type: String
    /// The hook's name.
    public var name: String
    /// Where it was called.
    public var url: String
    /// The phase its payload carried.
    public var phase: String
    /// What came back.
    public var outcome: HookOutcome

    /// Makes a record.
    public init(type: String, name: String, url: String, phase: String, outcome: HookOutcome) {
        self.type = type
        self.name = name
        self.url = url
        self.phase = phase
        self.outcome = outcome
    }
}

/// One measurement of a metric.
public struct MetricRecord: Equatable, Sendable {
    /// The metric's name.
    public var name: String
    /// What was measured; nil when there were no values.
    public var value: Double?
    /// Whether it is within its range.
    public var isWithinRange: Bool
    /// What was announced when it is not.
    public var failure: String?

    /// Makes a record.
    public init(name: String, value: Double?, isWithinRange: Bool, failure: String?) {
        self.name = name
        self.value = value
        self.isWithinRange = isWithinRange
        self.failure = failure
    }
}
