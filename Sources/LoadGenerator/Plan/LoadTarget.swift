import Foundation

/// The parsed URL of a request.
public struct LoadTarget: Sendable, Hashable {
    /// Host name or address, without brackets.
    public let host: String
    /// TCP port.
    public let port: Int
    /// Whether it is reached with TLS.
    public let isSecure: Bool
    /// Path and query as sent in the request line.
    public let path: String
    /// What the Host header says: the host, and the port where the URL has one.
    public let authority: String
    /// `user:password` of the URL.
    let userInfo: String?
    private let url: URL

    /// Parses an `http://` or `https://` URL.
    ///
    /// - Throws: `LoadError.url` that says what is missing.
    public init(_ text: String) throws(LoadError) {
        guard let components = URLComponents(string: text), let url = components.url else {
            throw .url(text, problem: "is malformed; write it like http://host:port/path")
        }
        switch components.scheme?.lowercased() {
        case "http": isSecure = false
        case "https": isSecure = true
        default:
            throw .url(
                text, problem: "has no http:// or https:// in front; write it like http://host:port/path")
        }
        guard let host = components.host, !host.isEmpty else {
            throw .url(text, problem: "has no host; write it like http://host:port/path")
        }
        if let port = components.port, !(1...65535).contains(port) {
            throw .url(text, problem: "has the port \(port); it goes from 1 to 65535")
        }
        self.url = url
        self.host = host.trimmingCharacters(in: ["[", "]"]).lowercased()
        port = components.port ?? (isSecure ? 443 : 80)
        let path = components.percentEncodedPath.isEmpty ? "/" : components.percentEncodedPath
        self.path = path + (components.percentEncodedQuery.map { "?" + $0 } ?? "")
        let name = self.host.contains(":") ? "[\(self.host)]" : host
        authority = components.port.map { "\(name):\($0)" } ?? name
        userInfo = components.user.map { "\($0):\(components.password ?? "")" }
    }

    /// Where a `Location` header leads to; nil when it is not a URL that can be requested.
    func redirected(to location: String) -> LoadTarget? {
        guard let next = URL(string: location, relativeTo: url)?.absoluteString else { return nil }
        return try? LoadTarget(next)
    }

    /// The URL without credentials, as a request line to a proxy has it.
    var absolute: String { "\(isSecure ? "https" : "http")://\(authority)\(path)" }

    /// Whether both are served by one connection.
    func isSameServer(as other: LoadTarget) -> Bool {
        host == other.host && port == other.port && isSecure == other.isSecure
    }
}
