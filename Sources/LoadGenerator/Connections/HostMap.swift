/// Names that are dialled at an address of their own, whatever a lookup would say; the Host header keeps
/// the name.
///
/// Read from `AVIARY_RESOLVE`: entries `host=address:port` (any port of that host) or
/// `host:port=address:port`, separated by commas. An IPv6 address is in brackets.
public struct HostMap: Sendable, Equatable {
    /// An IP address or name, and a port.
    public struct Endpoint: Sendable, Hashable {
        /// IP address or name, without brackets.
        public let host: String
        /// TCP port.
        public let port: Int
    }

    private var byEndpoint: [Endpoint: Endpoint] = [:]
    private var byHost: [String: Endpoint] = [:]

    /// Maps nothing.
    public init() {}

    /// Reads the value of `AVIARY_RESOLVE`.
    ///
    /// - Throws: `LoadError.hostMap` with the first entry that is neither form.
    public init(_ text: String) throws(LoadError) {
        for entry in text.split(separator: ",") {
            let sides = entry.split(separator: "=", omittingEmptySubsequences: false).map {
                String($0).trimmed.lowercased()
            }
            guard sides.count == 2, let address = Self.endpoint(sides[1]) else {
                throw .hostMap(entry: String(entry).trimmed)
            }
            if let endpoint = Self.endpoint(sides[0]) {
                byEndpoint[endpoint] = address
            } else if !sides[0].isEmpty, !sides[0].contains(":") {
                byHost[sides[0]] = address
            } else {
                throw .hostMap(entry: String(entry).trimmed)
            }
        }
    }

    /// Where to dial for a host and port: the entry with that port, else the one without, else itself.
    public func address(of host: String, port: Int) -> Endpoint {
        let name = (host.hasSuffix(".") ? String(host.dropLast()) : host).lowercased()
        let endpoint = Endpoint(host: name, port: port)
        return byEndpoint[endpoint] ?? byHost[name] ?? endpoint
    }

    private static func endpoint(_ text: String) -> Endpoint? {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (1...65535).contains(port)
        else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            return nil
        }
        return host.isEmpty ? nil : Endpoint(host: host, port: port)
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
