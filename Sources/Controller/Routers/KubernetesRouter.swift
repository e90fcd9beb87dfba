import Rollout

extension RouterType {
    /// Kubernetes alone: Services point at primary, and nothing shifts (blue/green without routing).
    public static let kubernetes = RouterType(
        providers: ["kubernetes"], abilities: [], watched: [], queries: .http
    ) { _ in KubernetesRouter() }
}

/// Nothing but Services, which the controller keeps for every provider.
struct KubernetesRouter: TrafficRouter {
    func reconcile() async throws {}

    func routes() async throws -> Routes? { nil }

    func route(_ routes: Routes) async throws {}
}
