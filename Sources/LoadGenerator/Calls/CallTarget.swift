/// A gRPC server's address.
public struct CallTarget: Sendable, Hashable {
    /// Host name or address, without brackets.
    public let host: String
    /// TCP port.
    public let port: Int
    /// What the `:authority` of a call says.
    public let authority: String

    /// Reads `host:port`; an IPv6 address is in brackets. Without a port it is 443, as for ghz.
    ///
    /// - Throws: `LoadError.url` that says what is missing.
    public init(_ text: String) throws(LoadError) {
        let advice = "write it like podinfo.test:9898"
        guard !text.contains("://") else {
            throw .url(text, problem: "has a scheme, which gRPC's addresses have not; \(advice)")
        }
        guard !text.isEmpty, !text.contains("/"), !text.contains(where: \.isWhitespace) else {
            throw .url(text, problem: "is no host and port; \(advice)")
        }
        var host = text[...]
        var port = 443
        let isBareAddress = !text.hasPrefix("[") && text.split(separator: ":").count > 2
        if let colon = text.lastIndex(of: ":"), !isBareAddress, !text.hasSuffix("]") {
            guard let number = Int(text[text.index(after: colon)...]), (1...65535).contains(number) else {
                throw .url(text, problem: "has a port that is no number from 1 to 65535; \(advice)")
            }
            (host, port) = (text[..<colon], number)
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty else { throw .url(text, problem: "has no host; \(advice)") }
        self.host = host.lowercased()
        self.port = port
        authority = text
    }
}
