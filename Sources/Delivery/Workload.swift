public import Rollout

/// The two sides of a target: the canary, which the user changes, and primary, which Aviary owns.
///
/// Every call is idempotent and bounded in time by its implementation, and throws when it could not be performed.
public protocol Workload: Sendable {
    /// Looks at the target and both sides.
    func observe() async throws -> WorkloadObservation
    /// Creates primary from the target at this revision, or moves it there.
    func initialise(at revision: Revision) async throws
    /// Runs the canary at this revision.
    func scaleUp(to revision: Revision) async throws
    /// Stops the canary.
    func scaleDown() async throws
    /// Copies the target at this revision, tracked configuration included, to primary.
    ///
    /// - Throws: when the target is not at this revision any more.
    func promote(_ revision: Revision) async throws
}

/// What a look at a target shows.
public struct WorkloadObservation: Equatable, Sendable {
    /// What the user wants to run.
    public var target: Revision
    /// The stable copy.
    public var primary: WorkloadState
    /// The copy under analysis.
    public var canary: WorkloadState

    /// Makes an observation.
    public init(target: Revision, primary: WorkloadState, canary: WorkloadState) {
        self.target = target
        self.primary = primary
        self.canary = canary
    }
}

/// What splits the apex's traffic.
public protocol Router: Sendable {
    /// What it does now; nil when it can't be read.
    func routes() async throws -> Routes?
    /// Splits the traffic for requests that come from now on.
    func route(_ routes: Routes) async throws
}
