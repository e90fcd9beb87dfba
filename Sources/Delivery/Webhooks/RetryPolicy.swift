/// When a webhook is tried again, and after what pause.
public struct RetryPolicy: Sendable {
    /// The first pause.
    public var first: Duration
    /// The longest pause, whatever `Retry-After` says.
    public var longest: Duration

    /// The pauses of the contract: from 1 s, doubled each time, up to 30 s.
    public static let standard = RetryPolicy(first: .seconds(1), longest: .seconds(30))

    /// Makes a policy.
    public init(first: Duration, longest: Duration) {
        self.first = first
        self.longest = longest
    }

    /// Whether an outcome is a failure that may pass; a 4xx is an answer.
    public func mayPass(_ outcome: HookOutcome) -> Bool {
        guard outcome.error == nil, let status = outcome.status else { return true }
        return status >= 500 || status == 429
    }

    /// The pause before the next try.
    ///
    /// - Parameters:
    ///   - attempts: tries made so far, at least 1.
    ///   - retryAfter: the answer's `Retry-After` in seconds (RFC 9110, section 10.2.3).
    public func pause(after attempts: Int, retryAfter: Int?) -> Duration {
        if let retryAfter { return min(.seconds(max(retryAfter, 0)), longest) }
        return min(first * (1 << min(attempts - 1, 16)), longest)
    }
}
