import HTTP1
import NIOCore
import NIOHTTP2
import NIOSSL

extension LoadFailure {
    static let unasked = LoadFailure(
        cause: .malformed, description: "the server sent bytes that nobody had asked for")

    /// Names an answer that cannot be read.
    static func malformed(_ error: any Error) -> LoadFailure {
        LoadFailure(cause: .malformed, description: "the answer is not HTTP: bad \(part(error))")
    }

    private static func part(_ error: any Error) -> String {
        guard let error = error as? MalformedHead else { return "chunk" }
        return switch error {
        case .requestLine, .target, .version, .statusLine: "status line"
        case .fieldName, .fieldValue, .host: "header"
        case .tooManyFields: "head, which has too many headers or is too long"
        case .contentLength, .ambiguousLength: "Content-Length"
        case .transferEncoding: "Transfer-Encoding"
        }
    }

    static func proxy(_ problem: String) -> LoadFailure {
        LoadFailure(cause: .proxy, description: "the proxy \(problem)")
    }

    /// Names an error of TLS; the words are the same for the same cause.
    static func tls(_ place: String, _ error: any Error) -> LoadFailure {
        let reason: String
        switch error {
        case let failure as LoadFailure: return failure
        case let error as IOError: return .exchange(error)
        case NIOSSLError.handshakeFailed(let cause): reason = tlsReason("\(cause)")
        case ChannelError.eof, NIOSSLError.uncleanShutdown: reason = "the server closed the connection"
        case is NIOSSLExtraError: reason = "the certificate names another server"
        default: reason = tlsReason("\(error)")
        }
        return LoadFailure(cause: .tls, description: "TLS with \(place): \(reason)")
    }

    /// BoringSSL's reason out of a description that also holds addresses and line numbers.
    private static func tlsReason(_ text: String) -> String {
        if text.contains("EOF during handshake") { return "the server closed the connection" }
        guard let code = text.firstMatch(of: /OPENSSL_internal:([A-Z0-9_]+)/) else {
            return String(text.prefix(120))
        }
        switch code.1 {
        case "CERTIFICATE_VERIFY_FAILED": return "the certificate is not trusted"
        case "WRONG_VERSION_NUMBER": return "the server does not speak TLS"
        default: return code.1.lowercased().replacing("_", with: " ")
        }
    }

    static func streamReset(_ code: HTTP2ErrorCode) -> LoadFailure {
        LoadFailure(cause: .reset, description: "the server reset the stream: \(code.words)")
    }

    static func goneAway(_ code: HTTP2ErrorCode) -> LoadFailure {
        LoadFailure(cause: .closed, description: "the server is going away: \(code.words)")
    }

    /// Names a broken rule of HTTP/2.
    static func http2(_ error: any Error) -> LoadFailure {
        // The description may hold values; the type is the same for the same cause.
        let name = "\(type(of: error))".replacing(/([a-z])([A-Z])/) { "\($0.1) \($0.2)" }.lowercased()
        return LoadFailure(cause: .http2, description: "the answer breaks HTTP/2: \(name)")
    }
}

extension HTTP2ErrorCode {
    /// The code's name in RFC 9113, section 7.
    fileprivate var words: String {
        let names = [
            "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT",
            "STREAM_CLOSED", "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR",
            "CONNECT_ERROR", "ENHANCE_YOUR_CALM", "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
        ]
        let code = Int(UInt32(http2ErrorCode: self))
        return code < names.count ? names[code] : "code \(code)"
    }
}
