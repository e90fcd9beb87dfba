import Delivery
import Rollout

/// One thing that happened, as the API and the feeds show it.
public struct HistoryLine: Codable, Equatable, Sendable {
    /// Its place in the history; rises.
    public var id: Int64
    /// Milliseconds since the Unix epoch.
    public var time: Int64
    /// The canary's namespace.
    public var namespace: String
    /// The canary's name.
    public var canary: String
    /// The phase the status held.
    public var phase: String
    /// The checksum of the revision in hand.
    public var checksum: String
    /// `event`, `alert`, `hook`, `metric` or `status`.
    public var kind: String
    /// `Normal` or `Warning` of an event, `info`, `warn` or `error` of an alert.
    public var severity: String?
    /// The reason of an event.
    public var reason: String?
    /// The message of an event or alert, the failure of a metric.
    public var message: String?
    /// The type of a hook.
    public var hookType: String?
    /// The name of a hook or metric.
    public var name: String?
    /// Where a hook was called.
    public var url: String?
    /// The phase in a hook's payload.
    public var payloadPhase: String?
    /// The status a hook answered; absent without an answer.
    public var status: Int?
    /// The body a hook answered, or why there was none.
    public var body: String?
    /// How many tries a hook took.
    public var attempts: Int?
    /// How long a hook took.
    public var latencyMilliseconds: Double?
    /// Whether a hook or metric passed.
    public var passed: Bool?
    /// What a metric measured.
    public var value: Double?
    /// The canary's weight in a status.
    public var weight: Int?
    /// The iterations in a status.
    public var iterations: Int?
    /// The failed checks in a status.
    public var failedChecks: Int?

    init(_ entry: HistoryEntry, canary: CanaryKey) {
        id = 0
        time = entry.time.milliseconds
        namespace = canary.namespace
        self.canary = canary.name
        phase = entry.phase?.rawValue ?? ""
        checksum = entry.checksum
        switch entry.kind {
        case .announced(let announcement):
            kind = "event"
            severity = announcement.severity.rawValue
            reason = announcement.reason.rawValue
            message = announcement.text
        case .alerted(let alert):
            kind = "alert"
            severity = alert.severity.rawValue
            message = alert.text
        case .called(let record):
            kind = "hook"
            hookType = record.type
            name = record.name
            url = record.url
            payloadPhase = record.phase
            status = record.outcome.status
            body = record.outcome.error ?? record.outcome.body
            attempts = record.outcome.attempts
            latencyMilliseconds = record.outcome.latency / .milliseconds(1)
            passed = record.outcome.isPass
        case .measured(let record):
            kind = "metric"
            name = record.name
            value = record.value
            passed = record.isWithinRange
            message = record.failure
        case .moved(let status):
            kind = "status"
            weight = status.routes.canaryWeight
            iterations = status.iterations
            failedChecks = status.failedChecks
        }
    }
}
