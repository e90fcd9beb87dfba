import NIOHTTP2

/// How a replica lost a call before its response was complete.
enum UpstreamLoss {
    /// The replica surely has not looked at it.
    case unprocessed
    /// It was reset, with a code.
    case reset(HTTP2ErrorCode)
    /// The connection broke.
    case closed
    /// The connection broke before the replica had said anything.
    case closedAtOnce
    /// What the replica said was not HTTP/2.
    case notHTTP2
    /// What the replica sent breaks HTTP/2's rules or cannot be passed on.
    case malformed

    /// Whether the call can be sent to a replica again.
    func allowsAnotherTry(isIdempotent: Bool) -> Bool {
        switch self {
        case .unprocessed, .reset(.refusedStream), .closedAtOnce: true
        case .closed: isIdempotent
        case .reset, .notHTTP2, .malformed: false
        }
    }

    var reply: ErrorReply {
        switch self {
        case .unprocessed, .reset: .badGateway("the replica refused the call")
        case .closed: .badGateway("the replica closed the connection before it answered")
        case .closedAtOnce: .badGateway("the replica closed the connection at once; it may not speak HTTP/2")
        case .notHTTP2: .badGateway("the replica does not speak HTTP/2 without TLS")
        case .malformed: .badGateway("the replica's response is malformed, or its head too large")
        }
    }
}
