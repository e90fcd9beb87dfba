import FlaggerAPI
import JSON
import KubernetesClient
import Rollout

extension RouterType {
    /// Contour, by an HTTPProxy that the user's root proxy includes.
    public static let contour = RouterType(
        providers: ["contour"], abilities: [.weights, .matches], watched: [ContourRouter.type],
        queries: .envoy(
            labels: """
                envoy_cluster_name=~"{{ namespace }}_{{ service }}-canary_[0-9a-zA-Z-]+"
                """),
        complaint: ContourRouter.complaint
    ) { ContourRouter(context: $0) }
}

/// An HTTPProxy named after the apex.
struct ContourRouter: ObjectRouter {
    static let type = ResourceType(
        group: "projectcontour.io", version: "v1", kind: "HTTPProxy", plural: "httpproxies")
    private static let members: Set<String> = ["routes", "ingressClassName"]

    let context: RouterContext

    private var canary: Canary { context.canary }

    func routes() async throws -> Routes? {
        let object = try await context.find(Self.type, canary.apexName)
        guard let services = object?.json[path: "spec", "routes"]?.elements?.first?["services"]?.elements
        else {
            return nil
        }
        func weight(_ name: String) -> JSONValue? {
            services.first { $0["name"] == .string(name) }.map { $0["weight"] ?? 0 }
        }
        return context.routes(primary: weight(canary.primaryName), canary: weight(canary.canaryName))
    }

    func write(_ routes: Routes) async throws -> ControllerError? {
        let share = context.canaryShare(of: routes)
        var list = context.analysis.match.map { route(conditions(of: $0), share) }
        list.append(route([prefix], context.isABTest ? 0 : share))
        var spec: JSONValue = ["routes": .array(list)]
        if !context.settings.ingressClass.isEmpty {
            spec["ingressClassName"] = .string(context.settings.ingressClass)
        }
        return try await context.keep(
            context.apexObject(Self.type, spec: spec), as: Self.type, members: Self.members)
    }

    func finalize() async throws {
        try await context.restore(Self.type, canary.apexName, members: Self.members)
    }

    private var prefix: JSONValue {
        let first = canary.spec.service.match?.elements?.first
        return ["prefix": .string(first?[path: "uri", "prefix"]?.string ?? "/")]
    }

    private func conditions(of match: RequestMatch) -> [JSONValue] {
        [prefix]
            + match.headers.sorted { $0.key < $1.key }.map { name, condition in
                var header: JSONValue = ["name": .string(name)]
                if let exact = condition.exact { header["exact"] = .string(exact) }
                if let part = condition.prefix ?? condition.suffix { header["contains"] = .string(part) }
                if let regex = condition.regex { header["regex"] = .string(regex) }
                return ["header": header]
            }
    }

    private func route(_ conditions: [JSONValue], _ share: Int) -> JSONValue {
        let service = canary.spec.service
        var route: JSONValue = [
            "conditions": .array(conditions),
            "services": [
                backend(canary.primaryName, weight: 100 - share), backend(canary.canaryName, weight: share),
            ],
        ]
        if let timeout = service.timeout {
            route["timeoutPolicy"] = ["response": .string(timeout.description), "idle": "5m"]
        }
        if let retries = service.retries {
            var policy: JSONValue = ["count": retries["attempts"] ?? 1]
            policy["perTryTimeout"] = retries["perTryTimeout"]
            if let causes = retries["retryOn"]?.string, !causes.isEmpty {
                policy["retryOn"] = .array(
                    causes.split(separator: ",").map { .string(String($0).trimmingSpaces) })
            }
            route["retryPolicy"] = policy
        }
        return route
    }

    private func backend(_ name: String, weight: Int) -> JSONValue {
        let port = canary.spec.service.port
        // Linkerd, when it runs behind Contour, has to know which side was chosen.
        let destination = JSONValue.string("\(name).\(context.namespace).svc.cluster.local:\(port)")
        return [
            "name": .string(name), "port": JSONValue(port), "weight": JSONValue(weight),
            "requestHeadersPolicy": ["set": [["name": "l5d-dst-override", "value": destination]]],
        ]
    }

    static func complaint(_ context: RouterContext) -> String? {
        context.unknownCondition(besides: ["headers"], provider: "contour", in: .analysis)
    }
}

extension String {
    /// Without spaces at its ends.
    fileprivate var trimmingSpaces: String { split(separator: " ").joined(separator: " ") }
}
