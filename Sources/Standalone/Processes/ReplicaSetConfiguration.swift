public import struct Foundation.URL

/// What a replica set is called and where it keeps things.
public struct ReplicaSetConfiguration: Sendable {
    /// The target's name.
    public var name: String
    /// The target's namespace.
    public var namespace: String
    /// Which copy of the target this is.
    public var side: ReplicaSide
    /// Identifies the data directory; every process inherits it as `AVIARY_OWNER`.
    public var owner: String
    /// Where the replicas' output goes; created when missing.
    public var logDirectory: URL
    /// Bytes one replica's log may reach; 8 MiB by default.
    public var logLimit = 8 << 20
    /// How many logs of ended replicas are kept; 5 by default.
    public var keptLogs = 5
    /// How long a withdrawn replica may take to finish its requests before SIGTERM; 10 s by default.
    public var drainLimit = Duration.seconds(10)

    /// Creates a configuration with the default limits.
    public init(name: String, namespace: String, side: ReplicaSide, owner: String, logDirectory: URL) {
        self.name = name
        self.namespace = namespace
        self.side = side
        self.owner = owner
        self.logDirectory = logDirectory
    }
}
