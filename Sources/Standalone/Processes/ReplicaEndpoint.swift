/// Where one ready replica serves.
public struct ReplicaEndpoint: Sendable, Hashable {
    /// The replica's `AVIARY_PROCESS_ID`.
    public var id: String
    /// Always a loopback address.
    public var host: String
    /// The replica's port.
    public var port: Int
    /// The revision it serves.
    public var revision: String

    /// Creates an endpoint.
    public init(id: String, host: String = "127.0.0.1", port: Int, revision: String) {
        self.id = id
        self.host = host
        self.port = port
        self.revision = revision
    }
}

/// The endpoints of one side that traffic may go to.
public struct ReplicaEndpoints: Sendable, Equatable {
    /// Ready replicas of the desired revision, oldest first.
    public var current: [ReplicaEndpoint]
    /// Ready replicas of earlier revisions, which serve until their successors are ready.
    public var old: [ReplicaEndpoint]

    /// Creates a list of endpoints.
    public init(current: [ReplicaEndpoint] = [], old: [ReplicaEndpoint] = []) {
        self.current = current
        self.old = old
    }

    /// All of them: what a proxy should balance over.
    public var all: [ReplicaEndpoint] { current + old }
}

/// Learns which endpoints a replica set has: the proxy's table.
public protocol EndpointPublisher: Sendable {
    /// Replaces what was published before. A retired replica is signalled only after this has returned
    /// for a list without it, so it must return promptly, with the list in force.
    func publish(_ endpoints: ReplicaEndpoints) async
    /// Returns when no request is under way to an endpoint that was withdrawn before. Cancelled, and
    /// the replica ended all the same, when the drain limit passes.
    func drain(_ endpoint: ReplicaEndpoint) async
}
