/// Why a load run was not started.
public enum LoadError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A URL that cannot be requested.
    case url(String, problem: String)
    /// A header that cannot be sent.
    case header(String, problem: String)
    /// A method that cannot be sent.
    case method(String)
    /// An entry of `AVIARY_RESOLVE`.
    case hostMap(entry: String)
    /// A threshold's expression.
    case threshold(String, problem: String)
    /// A count, rate or time out of its range.
    case option(String)

    /// What is wrong and how to write it.
    public var description: String {
        switch self {
        case .url(let text, let problem): "the URL \"\(text)\" \(problem)"
        case .header(let text, let problem): "the header \"\(text)\" \(problem)"
        case .method(let text): "the method \"\(text)\" is not a word such as GET or POST"
        case .hostMap(let entry):
            "AVIARY_RESOLVE has the entry \"\(entry)\"; write host=address:port or host:port=address:port"
        case .threshold(let text, let problem):
            "the threshold \"\(text)\" \(problem); write it like p99<250ms, avg<100ms, max<=1s, success>=99, "
                + "rps>100 or errors<=0: one of p50…p99.99, avg, min, max, success, rps, errors, then < <= > >=, "
                + "then a time (us, ms, s, m) or a number"
        case .option(let problem): problem
        }
    }
}
