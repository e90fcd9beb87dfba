import JSON
import KubernetesClient
import Rollout

extension RouterType {
    /// Traefik, by a weighted TraefikService that the user's IngressRoute leads to.
    public static let traefik = RouterType(
        providers: ["traefik"], abilities: [.weights], watched: [TraefikRouter.type],
        queries: BuiltinQueries(
            successRate: """
                sum(rate(traefik_service_request_duration_seconds_bucket{\(traefikLabels),code!~"5..",le="+Inf"}\
                [{{ interval }}])) / \
                sum(rate(traefik_service_request_duration_seconds_bucket{\(traefikLabels),le="+Inf"}\
                [{{ interval }}])) * 100
                """,
            duration: """
                histogram_quantile(0.99, sum(rate(traefik_service_request_duration_seconds_bucket{\
                \(traefikLabels)}[{{ interval }}])) by (le)) * 1000
                """, unit: .milliseconds)
    ) { TraefikRouter(context: $0) }

    private static let traefikLabels = """
        service=~"{{ namespace }}-{{ service }}-canary-[0-9a-zA-Z-]+@kubernetescrd"
        """
}

/// A TraefikService named after the apex.
struct TraefikRouter: ObjectRouter {
    static let type = ResourceType(
        group: "traefik.io", version: "v1alpha1", kind: "TraefikService", plural: "traefikservices")

    let context: RouterContext

    func routes() async throws -> Routes? {
        let object = try await context.find(Self.type, context.canary.apexName)
        guard let services = object?.json[path: "spec", "weighted", "services"]?.elements else { return nil }
        func weight(_ name: String) -> JSONValue? {
            services.first { $0["name"] == .string(name) }?["weight"]
        }
        return context.routes(
            primary: weight(context.canary.primaryName), canary: weight(context.canary.canaryName) ?? 0)
    }

    func write(_ routes: Routes) async throws -> ControllerError? {
        var services = [service(context.canary.primaryName, weight: routes.primaryWeight)]
        // Traefik takes a service without replicas for a failing one, whatever its weight.
        if routes.canaryWeight > 0 {
            services.append(service(context.canary.canaryName, weight: routes.canaryWeight))
        }
        return try await context.keep(
            context.apexObject(Self.type, spec: ["weighted": ["services": .array(services)]]), as: Self.type,
            members: ["weighted"])
    }

    func finalize() async throws {
        try await context.restore(Self.type, context.canary.apexName, members: ["weighted"])
    }

    private func service(_ name: String, weight: Int) -> JSONValue {
        [
            "name": .string(name), "namespace": .string(context.namespace),
            "port": JSONValue(context.canary.spec.service.port), "weight": JSONValue(weight),
        ]
    }
}
