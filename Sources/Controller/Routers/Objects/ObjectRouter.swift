import Rollout

/// A router whose weights are written in objects of its provider.
protocol ObjectRouter: TrafficRouter {
    /// Makes the objects be as the canary's specification and these routes say; creates what is missing.
    ///
    /// - Returns: the complaint that the cluster can't keep all of it; the weights are written all the same.
    func write(_ routes: Routes) async throws -> ControllerError?
}

extension ObjectRouter {
    func reconcile() async throws {
        if let complaint = try await write(try await routes() ?? .primary) { throw complaint }
    }

    // A setting that the cluster does not know must not keep traffic from going back to primary.
    func route(_ routes: Routes) async throws { _ = try await write(routes) }
}
