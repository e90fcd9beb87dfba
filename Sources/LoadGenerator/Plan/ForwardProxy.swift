import Foundation

/// An HTTP proxy that requests go through.
public struct ForwardProxy: Sendable, Hashable {
    /// Host name or address, without brackets.
    public let host: String
    /// TCP port.
    public let port: Int
    /// The `Proxy-Authorization` header's value, where the URL has credentials.
    let authorization: String?

    /// Parses `host:port` or `http://user:password@host:port`.
    ///
    /// - Throws: `LoadError.option` with what is wrong.
    public init(_ text: String) throws(LoadError) {
        let url = text.contains("://") ? text : "http://\(text)"
        guard let components = URLComponents(string: url), let host = components.host, !host.isEmpty else {
            throw .option("-x is \(text); write it host:port or http://user:password@host:port")
        }
        guard components.scheme == "http" else {
            throw .option(
                "-x has the scheme \(components.scheme ?? ""); only HTTP proxies (http://) are known")
        }
        let port = components.port ?? 80
        guard (1...65535).contains(port) else {
            throw .option("-x has the port \(port); it goes from 1 to 65535")
        }
        self.host = host.trimmingCharacters(in: ["[", "]"]).lowercased()
        self.port = port
        authorization = components.user.map { user in
            "Basic " + Data("\(user):\(components.password ?? "")".utf8).base64EncodedString()
        }
    }
}
