/// The address of one replica.
public struct Endpoint: Hashable, Sendable {
    /// An IP address, or a name that is resolved when a connection is made.
    public var host: String
    /// A TCP port.
    public var port: Int

    /// Makes an endpoint.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}

extension Endpoint: CustomStringConvertible {
    /// `host:port`, an IPv6 address in brackets.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
