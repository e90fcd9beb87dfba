/// Bounds of what clients of a server may take.
public struct ServerLimits: Sendable {
    /// A connection is closed when nothing has been asked for this long, or when a client takes nothing of
    /// an answer for this long.
    public var idle: Duration = .seconds(60)
    /// A request, head and body, has to arrive within this time from its first byte.
    public var request: Duration = .seconds(30)
    /// All headers of a request together, in bytes.
    public var headerBytes = 32 * 1024
    /// How many connections are open at a time; more wait to be accepted.
    public var connections = 4096

    /// Creates the default limits.
    public init() {}
}
