/// A call of a hook and what came back.
public struct HookAnswer: Sendable, Equatable {
    /// The hook type's wire name, such as `pre-rollout`.
    public var type: String
    /// The hook's name in the canary.
    public var name: String
    /// The HTTP status; nil when no answer came (`failure` says why).
    public var status: Int?
    /// From the first try until the answer.
    public var latency: Duration
    /// The answer's body; may hold anything, and is made safe before it is shown.
    public var body: String
    /// Why there was no answer, such as `timed out after 10s`.
    public var failure: String?

    /// Gathers the fields.
    public init(
        type: String, name: String, status: Int?, latency: Duration, body: String = "",
        failure: String? = nil
    ) {
        self.type = type
        self.name = name
        self.status = status
        self.latency = latency
        self.body = body
        self.failure = failure
    }

    /// Whether the answer lets the rollout go on: 200, 201 or 202.
    public var isPass: Bool { status.map { (200...202).contains($0) } ?? false }

    /// `pre-rollout acceptance-test 200 12ms: the body`
    var summary: String {
        let outcome = status.map { "\($0)" } ?? failure ?? "no answer"
        let call = "\(type) \(name) \(outcome) \(shortText(latency))"
        return body.isEmpty ? call : "\(call): \(body)"
    }
}
