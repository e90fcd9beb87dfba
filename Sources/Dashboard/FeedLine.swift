public import Foundation

/// One thing that happened to a canary.
public struct FeedLine: Sendable, Equatable {
    /// How much an event matters, as in Kubernetes.
    public enum Severity: String, Sendable, Equatable {
        /// The rollout goes as wanted.
        case normal
        /// A check failed, a rollback, a lost process.
        case warning
    }

    /// What happened.
    public enum Kind: Sendable, Equatable {
        /// An event of the rollout; `text` is its message.
        case event(Severity)
        /// A hook answered, or did not.
        case hook(HookAnswer)
        /// A metric was checked; no value means that there was no traffic to measure.
        case metric(name: String, value: Double?, passed: Bool)
        /// An alert was sent; `text` is its message.
        case alert
    }

    /// When it happened.
    public var time: Date
    /// The canary as `name.namespace`.
    public var canary: String
    /// The phase's wire name at that time.
    public var phase: String
    /// The canary's share of traffic at that time, in percent.
    public var weight: Int
    /// What happened.
    public var kind: Kind
    /// The message, of one line or more; may hold anything, and is made safe before it is shown.
    public var text: String

    /// Gathers the fields.
    public init(
        time: Date, canary: String, phase: String, weight: Int, kind: Kind, text: String = ""
    ) {
        self.time = time
        self.canary = canary
        self.phase = phase
        self.weight = weight
        self.kind = kind
        self.text = text
    }
}
