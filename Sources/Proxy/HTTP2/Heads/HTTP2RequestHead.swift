import HTTP1
import NIOCore
import NIOHPACK

/// What matters of an HTTP/2 request's head.
struct HTTP2RequestHead {
    let fields: HPACKHeaders
    private(set) var method = ""
    private(set) var path = ""
    /// `:authority`, or `host` where that is missing.
    private(set) var authority = ""
    private(set) var contentLength: Int?
    private(set) var isGRPC = false
    /// The time that the client gives a gRPC call, in nanoseconds.
    private(set) var timeout: UInt64?

    /// Reads a head.
    ///
    /// - Throws: ``MalformedHead``, for what HTTP/1.1 would not let pass either.
    init(_ fields: HPACKHeaders) throws {
        self.fields = fields
        var host: String?
        for (name, value, _) in fields {
            switch name {
            case ":method": method = value
            case ":path": path = value
            case ":authority": authority = value
            case "host":
                guard host == nil else { throw MalformedHead.host }
                host = value
            case "content-length":
                var length = MessageLength()
                try Array(value.utf8).withUnsafeBufferPointer { bytes in
                    guard let base = bytes.baseAddress else { throw MalformedHead.contentLength }
                    try length.addContentLength(base, bytes.count)
                }
                guard contentLength == nil else { throw MalformedHead.contentLength }
                contentLength = length.contentLength
            case "content-type": isGRPC = GRPCCall.isContentType(value)
            case "grpc-timeout": timeout = GRPCCall.nanoseconds(timeout: value)
            default: break
            }
        }
        if !isGRPC { timeout = nil }
        try check(host)
    }

    private mutating func check(_ host: String?) throws {
        if authority.isEmpty { authority = host ?? "" }
        guard !authority.isEmpty, authority.utf8.allSatisfy(isHostByte), host ?? authority == authority else {
            throw MalformedHead.host
        }
        guard !method.isEmpty, method.utf8.allSatisfy(isTokenByte) else { throw MalformedHead.requestLine }
        let isPath = path.utf8.first == UInt8(ascii: "/") || path == "*" || method == "CONNECT"
        guard isPath, path.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { throw MalformedHead.target }
    }

    /// Whether sending it twice does no more than sending it once.
    var isIdempotent: Bool {
        switch method {
        case "GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE": true
        default: false
        }
    }

    /// Writes the fields as HTTP/1.1 would have them, for the routes to look at and to be read strictly:
    /// pseudo-fields left out but for `host`, and cookies in one line.
    func writeFields(into out: inout ByteBuffer) {
        out.clear()
        out.writeStaticString("host: ")
        out.writeString(authority)
        var cookies = ""
        for (name, value, _) in fields where name.utf8.first != UInt8(ascii: ":") && name != "host" {
            if name == "cookie" {
                cookies += cookies.isEmpty ? value : "; \(value)"
                continue
            }
            out.writeStaticString("\r\n")
            out.writeString(name)
            out.writeStaticString(": ")
            out.writeString(value)
        }
        if !cookies.isEmpty {
            out.writeStaticString("\r\ncookie: ")
            out.writeString(cookies)
        }
        out.writeStaticString("\r\n\r\n")
    }

    /// The head that a replica gets.
    func forwarded(for client: String) -> HPACKHeaders {
        var forwarded = HPACKHeaders()
        forwarded.reserveCapacity(fields.count + 3)
        var (addresses, hasProto, hasHost) = ("", false, false)
        for (name, value, indexing) in fields {
            switch name {
            case "proxy-authorization", "proxy-authenticate", "http2-settings": continue
            case "x-forwarded-for":
                addresses += "\(value), "
                continue
            case "x-forwarded-proto": hasProto = true
            case "x-forwarded-host": hasHost = true
            default: break
            }
            forwarded.add(name: name, value: value, indexing: indexing)
        }
        forwarded.add(name: "x-forwarded-for", value: addresses + client)
        if !hasProto { forwarded.add(name: "x-forwarded-proto", value: "http") }
        if !hasHost { forwarded.add(name: "x-forwarded-host", value: authority) }
        return forwarded
    }
}
