public import Delivery
public import Rollout

/// Splits the apex's traffic for one provider. A value of one call: it keeps nothing between two of them.
///
/// The apex, `-primary` and `-canary` Services exist when it is called; the provider's own objects are its business.
/// Objects it creates carry ``RouterContext/ownerReference`` and are removed with the canary.
public protocol TrafficRouter: Router {
    /// Makes the provider's objects be as the canary's specification says, with the weights they have now; new ones
    /// send everything to primary. Called before every tick once primary serves; must write only what differs.
    func reconcile() async throws

    /// What the provider's objects say now; nil when there are none or they can't be understood.
    func routes() async throws -> Routes?

    /// Makes the provider's objects be as the canary's specification and these routes say. Idempotent, and creates
    /// what is missing.
    func route(_ routes: Routes) async throws

    /// Puts back what objects of the user's were before (`revertOnDeletion`); own objects go with their owner.
    func finalize() async throws
}

extension TrafficRouter {
    /// Routes what is routed already.
    public func reconcile() async throws {
        try await route(try await routes() ?? .primary)
    }

    /// Nothing to put back.
    public func finalize() async throws {}
}
