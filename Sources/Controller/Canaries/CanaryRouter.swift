import Delivery
import Rollout

/// What the interpreter routes through: the Services of every canary, and the provider's objects.
struct CanaryRouter: Router {
    /// Nil for targets without pods.
    let services: GeneratedServices?
    /// Makes the provider's router for one call, which knows the status of that moment.
    let makeTraffic: @Sendable () -> any TrafficRouter
    let onTrouble: @Sendable (String) -> Void

    var traffic: any TrafficRouter { makeTraffic() }

    func routes() async throws -> Routes? {
        do {
            return try await traffic.routes()
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            onTrouble("routes can't be read: \(error)")
            return nil
        }
    }

    func route(_ routes: Routes) async throws {
        try await services?.reconcileSides()
        try await services?.reconcileApex()
        try await traffic.route(routes)
    }

    /// Mends what others have changed, weights left aside.
    func reconcile() async throws {
        try await services?.reconcileSides()
        try await services?.reconcileApex()
        try await traffic.reconcile()
    }
}
