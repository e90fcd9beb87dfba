import Timing

/// The settings that a canary carries as `aviary/…` annotations, all opt-in.
public struct CanaryAnnotations: Equatable, Sendable {
    /// What the keys of all of them begin with.
    public static let prefix = "aviary/"
    /// The annotation that bounds the wait at a gate.
    public static let gateDeadlineKey = "aviary/gate-deadline"
    /// The annotation that says what happens at the deadline.
    public static let gateDeadlineActionKey = "aviary/gate-deadline-action"
    /// The annotation that extends hook payloads.
    public static let payloadKey = "aviary/payload"
    /// The annotation that fails a running rollout.
    public static let abortKey = "aviary/abort"
    /// The annotation that holds a running rollout.
    public static let pauseKey = "aviary/pause"
    /// The annotation that names the secret webhooks are signed with.
    public static let webhookSecretKey = "aviary/webhook-secret"
    /// The annotation that lets webhooks carry a trace.
    public static let traceparentKey = "aviary/traceparent"
    /// Every known annotation.
    public static let keys = [
        gateDeadlineKey, gateDeadlineActionKey, payloadKey, abortKey, pauseKey, webhookSecretKey,
        traceparentKey,
    ]

    /// What happens when a gate stays closed until the deadline.
    public enum GateDeadlineAction: String, CaseIterable, Codable, Sendable {
        /// Roll back; the default.
        case rollback
        /// Go on as if the gate had opened.
        case promote
    }

    let values: [String: String]

    /// How long a gate may stay closed; nil when unset or unreadable.
    public var gateDeadline: Duration? {
        values[Self.gateDeadlineKey].flatMap { try? GoDuration.parse($0) }
    }

    /// What happens at the deadline; rollback when unset or unreadable.
    public var gateDeadlineAction: GateDeadlineAction {
        values[Self.gateDeadlineActionKey].flatMap(GateDeadlineAction.init) ?? .rollback
    }

    /// Whether hook payloads carry weight, iteration and counts.
    public var wantsExtendedPayload: Bool { values[Self.payloadKey] == "extended" }

    /// The secret in the canary's namespace that webhooks are signed with; nil when they are not.
    public var webhookSecret: String? { values[Self.webhookSecretKey] }

    /// Whether webhooks carry a `traceparent` header.
    public var wantsTraceparent: Bool { values[Self.traceparentKey] == "true" }

    /// The text of the abort annotation; nil when unset. Any text aborts, an empty one too.
    public var abort: String? { values[Self.abortKey] }

    /// Whether the rollout is held.
    public var isPaused: Bool { values[Self.pauseKey] == "true" }
}

extension Canary {
    /// The settings among the canary's annotations.
    public var annotations: CanaryAnnotations { CanaryAnnotations(values: metadata.annotations) }
}
