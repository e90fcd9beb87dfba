/// An address the proxy accepts connections on, and whom it serves there.
public struct Listener: Hashable, Sendable {
    /// What a listener stands for.
    public enum Audience: Hashable, Sendable {
        /// The address of the service: traffic is split by the routing table.
        case apex
        /// The address of one side: all its traffic goes there, and nowhere else.
        case side(Side)
    }

    /// The address to listen on.
    public var host: String
    /// The TCP port; 0 takes any free one.
    public var port: Int
    /// Whose traffic arrives here.
    public var audience: Audience

    /// Makes a listener; by default on any free loopback port.
    public init(host: String = "127.0.0.1", port: Int = 0, audience: Audience) {
        self.host = host
        self.port = port
        self.audience = audience
    }
}
