import HTTP1
import NIOCore

/// The answers the proxy gives by itself.
enum ErrorReply {
    case badRequest(String)
    case connectRefused
    case requestTimeout
    case bodyTooLarge
    case targetTooLong
    case headTooLarge
    case unsupportedTransferEncoding
    case unsupportedVersion
    case badGateway(String)
    case noEndpoint(Side)
    case tooManyConnections
    case gatewayTimeout
    case overloaded
    case deadlineExceeded

    init(_ error: MalformedHead) {
        switch error {
        case .transferEncoding: self = .unsupportedTransferEncoding
        case .version: self = .unsupportedVersion
        case .tooManyFields: self = .headTooLarge
        case .requestLine, .target: self = .badRequest("the request line is malformed")
        case .fieldName, .fieldValue: self = .badRequest("a header field is malformed")
        case .host: self = .badRequest("exactly one valid Host field is needed")
        case .contentLength: self = .badRequest("Content-Length is malformed or given twice")
        case .ambiguousLength: self = .badRequest("the length of the body is ambiguous")
        case .statusLine: self = .badGateway("the status line is malformed")
        }
    }

    var status: Int { line.0 }

    var reason: String { line.2 }

    private var line: (Int, String, String) {
        switch self {
        case .badRequest(let reason): (400, "Bad Request", reason)
        case .connectRefused: (405, "Method Not Allowed", "CONNECT is not supported")
        case .requestTimeout: (408, "Request Timeout", "the request took too long to arrive")
        case .bodyTooLarge: (413, "Content Too Large", "the request body is too large")
        case .targetTooLong: (414, "URI Too Long", "the request target is too long")
        case .headTooLarge: (431, "Request Header Fields Too Large", "the request head is too large")
        case .unsupportedTransferEncoding:
            (501, "Not Implemented", "the only supported Transfer-Encoding is chunked")
        case .unsupportedVersion: (505, "HTTP Version Not Supported", "HTTP/1.0 and HTTP/1.1 are supported")
        case .badGateway(let reason): (502, "Bad Gateway", reason)
        case .noEndpoint(let side): (503, "Service Unavailable", "no replica of \(side.rawValue) is ready")
        case .tooManyConnections: (503, "Service Unavailable", "too many connections")
        case .gatewayTimeout: (504, "Gateway Timeout", "the replica did not answer in time")
        case .overloaded: (503, "Service Unavailable", "too many calls are under way")
        case .deadlineExceeded: (504, "Gateway Timeout", "the replica outlasted the call's time-out")
        }
    }

    /// Writes the whole response.
    func write(into out: inout ByteBuffer, closes: Bool, answersHead: Bool) {
        let (status, phrase, reason) = line
        let body = "\(reason)\n"
        var head = "HTTP/1.1 \(status) \(phrase)\r\nContent-Type: text/plain; charset=utf-8\r\n"
        head += "Content-Length: \(body.utf8.count)\r\n"
        if case .connectRefused = self { head += "Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n" }
        if closes { head += "Connection: close\r\n" }
        out.writeString(head + "\r\n" + (answersHead ? "" : body))
    }
}
