/// The world as one tick finds it.
public struct Observation: Equatable, Sendable {
    /// The moment of the tick.
    public var now: Timestamp
    /// What the user wants to run.
    public var target: Revision
    /// The stable copy.
    public var primary: WorkloadState
    /// The copy under analysis.
    public var canary: WorkloadState
    /// What the router does now; nil when it can't be read.
    public var routes: Routes?

    /// Makes an observation.
    public init(
        now: Timestamp, target: Revision, primary: WorkloadState, canary: WorkloadState, routes: Routes?
    ) {
        self.now = now
        self.target = target
        self.primary = primary
        self.canary = canary
        self.routes = routes
    }
}

/// One side of a target: what it runs and whether it serves.
public struct WorkloadState: Equatable, Sendable {
    /// Whether the replicas that were asked for serve.
    public enum Readiness: Equatable, Sendable {
        /// There is nothing, or nothing was asked for.
        case absent
        /// Fewer replicas serve than were asked for; says why, and how many do.
        case unready(String, endpoints: Int)
        /// All that were asked for serve (or as many as the ready threshold wants).
        case ready
    }

    /// Whether it serves.
    public var readiness: Readiness
    /// What it runs or is being moved to; nil when unknown or absent.
    public var revision: Revision?

    /// A side that does not exist.
    public static let absent = WorkloadState(readiness: .absent, revision: nil)

    /// Makes a state.
    public init(readiness: Readiness, revision: Revision?) {
        self.readiness = readiness
        self.revision = revision
    }

    /// Whether at least one replica can answer a request.
    public var hasEndpoints: Bool {
        switch readiness {
        case .absent: false
        case .unready(_, let endpoints): endpoints > 0
        case .ready: true
        }
    }

    /// Whether all replicas serve this very revision; an unknown revision counts as the one asked for.
    public func isReady(at wanted: Revision?) -> Bool {
        readiness == .ready && (revision == nil || revision == wanted)
    }

    /// Why it does not serve, in words for an announcement.
    public var complaint: String {
        switch readiness {
        case .absent: "waiting for rollout to finish: no replicas yet"
        case .unready(let reason, _): reason
        case .ready: "waiting for rollout to finish: still at another revision"
        }
    }
}
