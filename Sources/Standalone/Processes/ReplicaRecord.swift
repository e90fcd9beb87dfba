/// Which copy of a target a replica belongs to.
public enum ReplicaSide: String, Sendable, Codable, CaseIterable {
    /// The stable copy.
    case primary
    /// The copy under analysis.
    case canary
}

/// What is known of a live replica beyond the life of the process that started it.
public struct ReplicaRecord: Sendable, Equatable, Codable {
    /// Unique; also the replica's `AVIARY_PROCESS_ID`.
    public var id: String
    /// The target's name.
    public var name: String
    /// The target's namespace.
    public var namespace: String
    /// Which copy of the target it is.
    public var side: ReplicaSide
    /// The revision it runs.
    public var revision: String
    /// The process, which leads its own session and process group.
    public var pid: Int32
    /// When the process started, in clock ticks since boot: with `bootID` it tells a reused pid apart.
    public var startTime: UInt64
    /// The boot of the machine that `pid` and `startTime` belong to.
    public var bootID: String
    /// The loopback port it was given.
    public var port: Int
    /// Digest of the template it was started from.
    public var templateHash: String

    /// Creates a record.
    public init(
        id: String, name: String, namespace: String, side: ReplicaSide, revision: String, pid: Int32,
        startTime: UInt64, bootID: String, port: Int, templateHash: String
    ) {
        self.id = id
        self.name = name
        self.namespace = namespace
        self.side = side
        self.revision = revision
        self.pid = pid
        self.startTime = startTime
        self.bootID = bootID
        self.port = port
        self.templateHash = templateHash
    }
}

/// Durable memory of the live replicas.
public protocol ProcessRegistry: Sendable {
    /// Stores a record, replacing one with the same id; durable when it returns.
    func record(_ replica: ReplicaRecord) async throws
    /// Removes the record with this id; no error when there is none.
    func remove(id: String) async throws
    /// Every stored record.
    func all() async throws -> [ReplicaRecord]
}
