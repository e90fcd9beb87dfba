import Foundation
import NIOCore
import NIOHPACK

/// Method, headers and body of the requests of a run.
public struct LoadRequest: Sendable {
    /// The HTTP method; GET unless set.
    public private(set) var method = "GET"
    /// Sent with each request; empty for none.
    public var body: [UInt8] = []
    /// `Content-Type` unless a header of that name is given; `text/html`, as hey, unless set.
    public var contentType = "text/html"
    /// `Accept`, where set.
    public var accept: String?
    /// What the Host header says instead of the URL's host.
    public var hostHeader: String?
    /// `user:password` for basic authentication.
    public var credentials: String?
    /// What the server is told in front of hey's own name.
    public var userAgent: String?
    /// Whether gzip is asked for.
    public var acceptsCompression = true
    private var referer: String?
    private var headers: [(name: String, value: String)] = []

    /// A GET request without a body.
    public init() {}

    /// Sets the method.
    ///
    /// - Throws: `LoadError.method` when it is not a token.
    public mutating func setMethod(_ method: String) throws(LoadError) {
        guard method.isToken else { throw .method(method) }
        self.method = method
    }

    /// Adds a header written `Name: value`; the last of a name counts.
    ///
    /// - Throws: `LoadError.header` when it has no name, no value or control characters.
    public mutating func addHeader(_ text: String) throws(LoadError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, String(parts[0]).isToken else {
            throw .header(text, problem: "cannot be parsed; write it like \"Name: value\"")
        }
        let value = parts[1].trimmingPrefix { $0 == " " || $0 == "\t" }
        guard !value.isEmpty else { throw .header(text, problem: "has no value") }
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }) else {
            throw .header(text, problem: "has control characters")
        }
        let name = Self.canonical(parts[0])
        headers.removeAll { $0.name.lowercased() == name.lowercased() }
        headers.append((name, String(value)))
    }

    /// What hey calls itself, and thus we.
    static let userAgent = "hey/0.0.1"

    /// The header fields for a target; credentials go to `origin` and nowhere else.
    private func fields(for target: LoadTarget, origin: LoadTarget) -> [(name: String, value: String)] {
        let isOrigin = target.isSameServer(as: origin)
        var fields = [(name: "User-Agent", value: Self.userAgent)]
        func set(_ name: String, _ value: String) {
            fields.removeAll { $0.name.lowercased() == name.lowercased() }
            fields.append((name, value))
        }
        set("Content-Type", contentType)
        if let referer { set("Referer", referer) }
        for (name, value) in headers where isOrigin || !Self.isSecret(name) {
            // Host, length and encoding are the generator's, as they are with hey.
            if Self.ownFields.contains(name.lowercased()) { continue }
            let isAgent = name.lowercased() == "user-agent"
            set(name, isAgent ? "\(value) \(Self.userAgent)" : value)
        }
        if let userAgent { set("User-Agent", "\(userAgent) \(Self.userAgent)") }
        if let accept { set("Accept", accept) }
        if let credentials = credentials ?? target.userInfo, isOrigin {
            set("Authorization", "Basic \(Data(credentials.utf8).base64EncodedString())")
        }
        let asksForPart = fields.contains { $0.name.lowercased() == "range" }
        let namesEncoding = fields.contains { $0.name.lowercased() == "accept-encoding" }
        if acceptsCompression, !namesEncoding, !asksForPart, method != "HEAD" {
            set("Accept-Encoding", "gzip")
        }
        if !body.isEmpty || ["POST", "PUT", "PATCH"].contains(method) {
            set("Content-Length", "\(body.count)")
        }
        return fields
    }

    private func host(for target: LoadTarget, origin: LoadTarget) -> String {
        (target.isSameServer(as: origin) ? hostHeader : nil) ?? target.authority
    }

    /// The request as HTTP/1.1 bytes.
    func bytes(
        for target: LoadTarget, origin: LoadTarget, keepsAlive: Bool, proxy: ForwardProxy?
    ) -> ByteBuffer {
        let isProxied = proxy != nil && !target.isSecure
        var text = "\(method) \(isProxied ? target.absolute : target.path) HTTP/1.1\r\n"
        text += "Host: \(host(for: target, origin: origin))\r\n"
        for (name, value) in fields(for: target, origin: origin) {
            if !keepsAlive, name.lowercased() == "connection" { continue }
            text += "\(name): \(value)\r\n"
        }
        if isProxied, let authorization = proxy?.authorization {
            text += "Proxy-Authorization: \(authorization)\r\n"
        }
        if !keepsAlive { text += "Connection: close\r\n" }
        var buffer = ByteBufferAllocator().buffer(capacity: text.utf8.count + 2 + body.count)
        buffer.writeString(text + "\r\n")
        buffer.writeBytes(body)
        return buffer
    }

    /// The headers of the request in HTTP/2.
    func http2Headers(for target: LoadTarget, origin: LoadTarget) -> HPACKHeaders {
        var list: HPACKHeaders = [
            ":method": method, ":scheme": target.isSecure ? "https" : "http",
            ":authority": host(for: target, origin: origin), ":path": target.path,
        ]
        for (name, value) in fields(for: target, origin: origin)
        where !Self.connectionFields.contains(name.lowercased()) {
            list.add(name: name.lowercased(), value: value)
        }
        return list
    }

    /// The headers that cannot be set: the rest of the request decides about them.
    private static let ownFields: Set<String> = ["host", "content-length", "transfer-encoding", "trailer"]

    /// What HTTP/2 does not allow (RFC 9113, 8.2.2).
    private static let connectionFields: Set<String> = [
        "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "te",
    ]

    /// A field's name as Go writes it: each part begins with a capital letter.
    private static func canonical(_ name: Substring) -> String {
        name.split(separator: "-", omittingEmptySubsequences: false)
            .map { $0.prefix(1).uppercased() + $0.dropFirst().lowercased() }.joined(separator: "-")
    }

    /// The request that a redirect asks for: 307 and 308 repeat it, the others become a GET without a body.
    /// As hey's, it names the page it comes from, but not across the end of TLS.
    func redirected(by status: Int, from page: LoadTarget, to target: LoadTarget) -> LoadRequest {
        var next = self
        next.referer = page.isSecure && !target.isSecure ? nil : page.absolute
        guard status != 307, status != 308, method != "GET", method != "HEAD" else { return next }
        next.method = "GET"
        next.body = []
        return next
    }

    private static func isSecret(_ name: String) -> Bool {
        ["authorization", "cookie", "proxy-authorization", "host"].contains(name.lowercased())
    }
}

extension String {
    /// Whether it is an HTTP token (RFC 9110, 5.6.2).
    fileprivate var isToken: Bool {
        let punctuation = Set("!#$%&'*+-.^_`|~".utf8)
        return !isEmpty
            && utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
                    || (0x61...0x7a).contains(byte) || punctuation.contains(byte)
            }
    }
}
