/// Which HTTP versions a run may speak.
public enum HTTPVersion: Sendable {
    /// HTTP/1.1.
    case http1
    /// HTTP/2 with servers that choose it in the TLS handshake, HTTP/1.1 with all others; hey's `-h2`.
    case http2IfNegotiated
    /// HTTP/2 only: negotiated with TLS, by prior knowledge without.
    case http2

    /// What is offered in the TLS handshake (ALPN), the preferred one first.
    var applicationProtocols: [String] {
        switch self {
        case .http1: ["http/1.1"]
        case .http2IfNegotiated: ["h2", "http/1.1"]
        case .http2: ["h2"]
        }
    }
}
