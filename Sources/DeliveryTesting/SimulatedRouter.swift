public import Delivery
public import Rollout

/// The router of a simulated world.
public struct SimulatedRouter: Router {
    let world: World

    /// The router of a world.
    public init(_ world: World) { self.world = world }

    /// What it does now.
    public func routes() async throws -> Routes? { world.with { $0.routesNow } }

    /// Splits the traffic.
    public func route(_ routes: Routes) async throws {
        try world.with { state in
            try state.effect(.routed(routes), check: { $0.checkRoute(routes) }) {
                $0.canaryRoutes = routes
                $0.primaryWeight = routes.primaryWeight
            }
        }
    }
}
