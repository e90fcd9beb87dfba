public import FlaggerAPI

/// Calls a webhook and waits for its answer, in bounded time.
public protocol HookCaller: Sendable {
    /// POSTs a payload; the same payload is sent on every retry.
    func call(_ endpoint: HookEndpoint, payload: CanaryWebhookPayload) async -> HookOutcome
}

/// Where and how a webhook is called.
public struct HookEndpoint: Codable, Equatable, Sendable {
    /// An `http` or `https` URL.
    public var url: String
    /// How long one try may take.
    public var timeout: Duration
    /// How many more tries follow a connection failure, a time-out, a 5xx or a 429.
    public var retries: Int
    /// Whether the server's certificate is not verified.
    public var skipsVerification: Bool
    /// The secret that calls are signed with (`aviary/webhook-secret`); nil sends them unsigned.
    public var secret: NamespacedName?
    /// Tells this message from all others, the same on every try; nil lets each call make its own. Sent when signed.
    public var messageID: String?
    /// The trace that calls belong to (`aviary/traceparent`); nil sends none.
    public var traceID: String?

    /// Makes an endpoint; by default a try may take 10 s and there are no retries, as on the peer.
    public init(
        url: String, timeout: Duration = .seconds(10), retries: Int = 0, skipsVerification: Bool = false
    ) {
        self.url = url
        self.timeout = timeout
        self.retries = retries
        self.skipsVerification = skipsVerification
    }
}

/// What came back from a webhook.
public struct HookOutcome: Equatable, Sendable {
    /// The status of the last answer; nil when there was none.
    public var status: Int?
    /// The last answer's body, at most 4 KiB of it.
    public var body: String
    /// Why there was no answer.
    public var error: String?
    /// How many tries were made.
    public var attempts: Int
    /// How long it took, retries and pauses included.
    public var latency: Duration
    /// The statuses that pass, 200 to 202 for a webhook (peer behaviour); nil when none does.
    public var passing: ClosedRange<Int>? = 200...202

    /// Makes an outcome.
    public init(
        status: Int? = nil, body: String = "", error: String? = nil, attempts: Int = 1,
        latency: Duration = .zero
    ) {
        self.status = status
        self.body = body
        self.error = error
        self.attempts = attempts
        self.latency = latency
    }

    /// Whether there was an answer with a status that passes.
    public var isPass: Bool {
        guard error == nil, let status, let passing else { return false }
        return passing.contains(status)
    }

    /// Why it is no pass, in words for an announcement: the body when there is one.
    public var detail: String {
        if let error { return error }
        return body.isEmpty ? "HTTP \(status ?? 0)" : body
    }
}
