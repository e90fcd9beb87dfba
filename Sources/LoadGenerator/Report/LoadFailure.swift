import Glibc
import HTTP1
import NIOCore
import NIOHTTP2
import NIOSSL

/// Why a request got no answer, in words that are the same for the same cause.
struct LoadFailure: Error, Hashable, CustomStringConvertible {
    /// What kind of failure it was.
    enum Cause: String, Sendable {
        case unresolvable, refused, unreachable, reset, closed, timeout, incomplete, malformed, redirect,
            tls, proxy, http2, other
    }

    let cause: Cause
    let description: String

    /// True when the server was not reached at all, so that trying again at once is useless.
    var isUnreached: Bool { [.unresolvable, .refused, .unreachable, .tls, .proxy].contains(cause) }

    static func unresolvable(_ host: String, reason: String) -> LoadFailure {
        LoadFailure(cause: .unresolvable, description: "look up \(host): \(reason)")
    }

    static func timeout(_ stage: String) -> LoadFailure {
        LoadFailure(cause: .timeout, description: "timed out \(stage)")
    }

    static let closed = LoadFailure(
        cause: .closed, description: "the server closed the connection without an answer")

    static let incomplete = LoadFailure(
        cause: .incomplete, description: "the server closed the connection in the middle of its answer")

    static let tooManyRedirects = LoadFailure(cause: .redirect, description: "stopped after 10 redirects")

    static func badRedirect(_ location: String) -> LoadFailure {
        LoadFailure(
            cause: .redirect,
            description: "redirected to \(location.prefix(100)), which cannot be requested")
    }

    /// Names an error met while dialling an address.
    static func dial(_ address: String, _ error: any Error) -> LoadFailure {
        switch error {
        case let failure as LoadFailure: return failure
        case ChannelError.connectTimeout: return .timeout("connecting to \(address)")
        case let error as IOError where error.errnoCode == ECONNREFUSED:
            return LoadFailure(cause: .refused, description: "connect to \(address): connection refused")
        case let error as IOError:
            let reason = String(cString: strerror(error.errnoCode)).lowercased()
            return LoadFailure(cause: .unreachable, description: "connect to \(address): \(reason)")
        default: return LoadFailure(cause: .unreachable, description: "connect to \(address): \(error)")
        }
    }

    /// Names an error met on an open connection.
    static func exchange(_ error: any Error) -> LoadFailure {
        switch error {
        case let failure as LoadFailure: return failure
        case let error as IOError where error.errnoCode == ECONNRESET || error.errnoCode == EPIPE:
            return LoadFailure(cause: .reset, description: "the server reset the connection")
        case NIOSSLError.uncleanShutdown: return .closed
        case is NIOSSLError, is BoringSSLError: return .tls("the server", error)
        case is any NIOHTTP2Error: return .http2(error)
        default: return LoadFailure(cause: .other, description: String("\(error)".prefix(200)))
        }
    }
}
