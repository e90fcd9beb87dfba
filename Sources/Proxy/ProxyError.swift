import Glibc
import NIOCore

/// What can go wrong when the proxy is set up, named after the step that failed.
public enum ProxyError: Error, Sendable {
    /// A routing rule holds an expression that cannot be used; `offset` counts bytes from its start.
    case invalidRegularExpression(pattern: String, offset: Int, reason: String)
    /// A header name in a routing rule is not a valid field name.
    case invalidHeaderName(String)
    /// A session cookie's name, value or attribute holds characters that a cookie cannot carry.
    case invalidCookie(field: String, value: String)
    /// The address of a listener could not be listened on.
    case listen(host: String, port: Int, cause: any Error)
}

extension ProxyError: CustomStringConvertible {
    /// What the system says, without the call that it was said to.
    private static func words(for cause: any Error) -> String {
        switch cause {
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case let error as SocketAddressError.UnknownHost: "the host name is unknown: \(error.host)"
        default: "\(cause)"
        }
    }

    /// The failed step, the field and what to do about it.
    public var description: String {
        switch self {
        case .invalidRegularExpression(let pattern, let offset, let reason):
            "invalid regular expression \"\(pattern)\" at offset \(offset): \(reason)"
        case .invalidHeaderName(let name):
            "invalid header name \"\(name)\": use letters, digits and - only"
        case .invalidCookie(let field, let value):
            "invalid session affinity \(field) \"\(value)\": leave out spaces, control characters, \", ',', ';' and \\"
        case .listen(let host, let port, let cause):
            "cannot listen on \(host):\(port): \(Self.words(for: cause)); choose another port or stop what uses it"
        }
    }
}
