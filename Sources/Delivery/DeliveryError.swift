/// What can go wrong while a rollout is performed.
public enum DeliveryError: Error, CustomStringConvertible {
    /// A webhook's URL has no host or can't be parsed.
    case url(String)
    /// A canary's settings can't be turned into a plan; names the field and the fix.
    case plan(field: String, problem: String)
    /// A metric could not be measured.
    case measurement(metric: String, cause: String)
    /// A server gave no whole answer.
    case exchange(cause: String)
    /// A server refused the request.
    case refusal(status: Int, body: String)
    /// A server's answer could not be understood.
    case answer(cause: String)
    /// A secret is missing or lacks a key.
    case credentials(String)
    /// A resource that a canary refers to is missing or can't be used.
    case reference(String)
    /// A commit failed: the decision was not taken and is made again with the next tick.
    case commit(cause: String)

    /// The step that failed, and why.
    public var description: String {
        switch self {
        case .url(let url): "the webhook URL \(url) has no host: use http://host[:port]/path"
        case .plan(let field, let problem): "\(field): \(problem)"
        case .measurement(let metric, let cause): "measuring \(metric) failed: \(cause)"
        case .exchange(let cause), .answer(let cause), .credentials(let cause), .reference(let cause): cause
        case .refusal(let status, let body):
            "error response: HTTP \(status)" + (body.isEmpty ? "" : ": \(body.prefix(500))")
        case .commit(let cause): "\(cause); what was decided is not done, and tried again with every tick"
        }
    }
}
