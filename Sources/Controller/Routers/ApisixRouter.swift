import JSON
import KubernetesClient
import Rollout

extension RouterType {
    /// Apache APISIX, by a second ApisixRoute of higher priority.
    public static let apisix = RouterType(
        providers: ["apisix"], abilities: [.weights], watched: [ApisixRouter.type],
        queries: BuiltinQueries(
            successRate: """
                sum(rate(apisix_http_status{\(apisixRoute),code!~"5.."}[{{ interval }}])) / \
                sum(rate(apisix_http_status{\(apisixRoute)}[{{ interval }}])) * 100
                """,
            duration: """
                histogram_quantile(0.99, sum(rate(apisix_http_latency_bucket{type=~"request",\(apisixRoute)}\
                [{{ interval }}])) by (le))
                """, unit: .milliseconds),
        complaint: { context in
            guard context.canary.spec.routeRef?.name.isEmpty ?? true else { return nil }
            return
                "spec.routeRef: is missing: add `routeRef: {apiVersion: apisix.apache.org/v2, kind: ApisixRoute, name: …}`"
        }
    ) { ApisixRouter(context: $0) }

    private static let apisixRoute = """
        route=~"{{ namespace }}_{{ route }}-{{ service }}-canary_.+"
        """
}

/// A canary ApisixRoute beside the user's.
struct ApisixRouter: ObjectRouter {
    static let type = ResourceType(
        group: "apisix.apache.org", version: "v2", kind: "ApisixRoute", plural: "apisixroutes")
    private static let priority: JSONValue = 10_000

    let context: RouterContext

    private var userName: String { context.canary.spec.routeRef?.name ?? "" }
    private var name: String { "\(userName)-\(context.canary.apexName)-canary" }

    func routes() async throws -> Routes? {
        let http = try await context.find(Self.type, name)?.json[path: "spec", "http"]?.elements
        guard let backends = http?.first?["backends"]?.elements else { return nil }
        func weight(_ name: String) -> JSONValue? {
            backends.first { $0["serviceName"] == .string(name) }?["weight"]
        }
        return context.routes(
            primary: weight(context.canary.primaryName), canary: weight(context.canary.canaryName))
    }

    func write(_ routes: Routes) async throws -> ControllerError? {
        guard let user = try await context.find(Self.type, userName) else {
            throw ControllerError.route(
                "ApisixRoute \(userName).\(context.namespace) not found: create it, or change spec.routeRef")
        }
        var spec: JSONValue = ["http": .array(try rules(of: user, routes))]
        spec["ingressClassName"] = user.json[path: "spec", "ingressClassName"]
        let annotations = user.annotations.filter { !KubernetesObject.isBookkeeping($0.key) }
        let wanted = context.object(
            Self.type, named: name, metadata: .init(labels: user.labels, annotations: annotations), spec: spec
        ).annotated(RouterContext.toolkitOrders)
        return try await context.keep(wanted, as: Self.type, members: ["http", "ingressClassName"])
    }

    private func rules(of user: KubernetesObject, _ routes: Routes) throws -> [JSONValue] {
        let apex = JSONValue.string(context.canary.apexName)
        let rules = (user.json[path: "spec", "http"]?.elements ?? []).filter {
            $0["backends"]?.elements?.contains { $0["serviceName"] == apex } ?? false
        }
        guard !rules.isEmpty else {
            throw ControllerError.route(
                "ApisixRoute \(user.key) has no backend \(context.canary.apexName): add one, or change spec.service.name"
            )
        }
        return try rules.map { rule in
            guard let backends = rule["backends"]?.elements, backends.count == 1 else {
                throw ControllerError.route(
                    "ApisixRoute \(user.key): the rule \(rule["name"]?.string ?? "") must have one backend only"
                )
            }
            func side(_ name: String, weight: Int) -> JSONValue {
                var backend = backends[0]
                backend["serviceName"] = .string(name)
                backend["weight"] = JSONValue(weight)
                return backend
            }
            var rule = rule
            rule["priority"] = Self.priority
            rule["backends"] = [
                side(context.canary.primaryName, weight: routes.primaryWeight),
                side(context.canary.canaryName, weight: routes.canaryWeight),
            ]
            return rule
        }
    }
}
