public import struct Foundation.Date

/// What a replica set looks like at one moment.
public struct ReplicaSetState: Sendable, Equatable {
    /// The revision that should run; `nil` before the first `apply`.
    public var revision: String?
    /// How many replicas should run.
    public var replicas: Int
    /// Running processes of the desired revision.
    public var updated: Int
    /// Ready replicas of the desired revision, their endpoints published.
    public var available: Int
    /// Replicas that are to end and have not yet: of earlier revisions, or beyond the desired number.
    public var pendingTermination: Int
    /// Times a replica that runs now was started again after its process ended.
    public var restarts: Int
    /// What is published: where traffic may go.
    public var endpoints: ReplicaEndpoints
    /// Why a replica is not ready, while one is not: `exec failed: …`, `exited with code 1: …`.
    public var lastFailure: String?
    /// Since when fewer replicas are ready than should be; `nil` while enough are.
    public var notReadySince: Date?

    /// Whether all wanted replicas of the desired revision are ready.
    public var isReady: Bool { revision != nil && available >= replicas }
    /// Whether, in addition, nothing is left to end.
    public var isSettled: Bool { isReady && pendingTermination == 0 }
}
