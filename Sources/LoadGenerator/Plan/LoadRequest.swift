import Foundation
import NIOCore
import NIOHTTP1

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
    /// Whether gzip is asked for.
    public var acceptsCompression = true
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
        let name = String(parts[0])
        headers.removeAll { $0.name.lowercased() == name.lowercased() }
        headers.append((name, String(value)))
    }

    /// The request's head for a target; credentials go to `origin` and nowhere else.
    func head(for target: LoadTarget, origin: LoadTarget, keepsAlive: Bool) -> HTTPRequestHead {
        let isOrigin = target.isSameServer(as: origin)
        var fields = HTTPHeaders()
        fields.add(name: "Host", value: (isOrigin ? hostHeader : nil) ?? target.authority)
        fields.add(name: "User-Agent", value: "hey/0.0.1")
        if !body.isEmpty || ["POST", "PUT", "PATCH"].contains(method) {
            fields.add(name: "Content-Length", value: "\(body.count)")
        }
        if let accept { fields.add(name: "Accept", value: accept) }
        if let credentials = credentials ?? target.userInfo, isOrigin {
            let encoded = Data(credentials.utf8).base64EncodedString()
            fields.add(name: "Authorization", value: "Basic \(encoded)")
        }
        fields.add(name: "Content-Type", value: contentType)
        for (name, value) in headers where isOrigin || !Self.isSecret(name) {
            // The framing is the generator's: another length would break the connection.
            if ["content-length", "transfer-encoding"].contains(name.lowercased()) { continue }
            fields.replaceOrAdd(name: name, value: value)
        }
        if acceptsCompression, !fields.contains(name: "Accept-Encoding") {
            fields.add(name: "Accept-Encoding", value: "gzip")
        }
        if !keepsAlive { fields.replaceOrAdd(name: "Connection", value: "close") }
        return HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: method), uri: target.path, headers: fields)
    }

    /// The request a redirect asks for: 307 and 308 repeat it, the others become a GET without a body.
    func redirected(by status: Int) -> LoadRequest {
        guard status != 307, status != 308, method != "GET", method != "HEAD" else { return self }
        var next = self
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
