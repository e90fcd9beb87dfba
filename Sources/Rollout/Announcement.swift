/// A message for users: an event, and a call of every `event` hook.
public struct Announcement: Hashable, Sendable {
    /// Kubernetes' two event types.
    public enum Severity: String, Sendable { case normal = "Normal", warning = "Warning" }

    /// What kind of thing happened, in one word.
    public enum Reason: String, Sendable, CaseIterable {
        case initializing = "Initializing"
        case initialized = "Initialized"
        case newRevision = "NewRevision"
        case notReady = "NotReady"
        case replicaFailed = "ReplicaFailed"
        case started = "AnalysisStarted"
        case hookPassed = "HookPassed"
        case rollbackNotSignaled = "RollbackNotSignaled"
        case halted = "Halted"
        case advanced = "Advanced"
        case promoting = "Promoting"
        case promoted = "Promoted"
        case rollingBack = "RollingBack"
        case rolledBack = "RolledBack"
        case paused = "Paused"
        case hookFailed = "HookFailed"
        case effectFailed = "EffectFailed"
        case eventsDropped = "EventsDropped"
        case terminated = "Terminated"
    }

    /// Whether it is good or bad news.
    public var severity: Severity
    /// What kind of thing happened.
    public var reason: Reason
    /// The message.
    public var text: String

    /// Good news.
    public static func normal(_ reason: Reason, _ text: String) -> Announcement {
        Announcement(severity: .normal, reason: reason, text: text)
    }

    /// Bad news.
    public static func warning(_ reason: Reason, _ text: String) -> Announcement {
        Announcement(severity: .warning, reason: reason, text: text)
    }
}

/// A message for the alert providers.
public struct Alert: Hashable, Sendable {
    /// How grave it is, in the Canary resource's words.
    public enum Severity: String, Sendable, Comparable {
        case info, warn, error

        /// Whether one is less grave than another.
        public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .info: 0
            case .warn: 1
            case .error: 2
            }
        }
    }

    /// How grave it is.
    public var severity: Severity
    /// The message.
    public var text: String
    /// Whether the rollout's settings are told with it.
    public var includesMetadata: Bool

    /// Makes an alert.
    public init(_ severity: Severity, _ text: String, includesMetadata: Bool = false) {
        self.severity = severity
        self.text = text
        self.includesMetadata = includesMetadata
    }
}
