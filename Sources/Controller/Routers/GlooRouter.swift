import FlaggerAPI
import JSON
import KubernetesClient
import Rollout

extension RouterType {
    /// Gloo Edge, by a RouteTable that the user's VirtualService delegates to, and an Upstream for each side.
    public static let gloo = RouterType(
        providers: ["gloo"], abilities: [.weights, .matches],
        watched: [GlooRouter.routeTable, GlooRouter.upstream, .service],
        queries: .envoy(
            labels: """
                envoy_cluster_name=~"{{ namespace }}-{{ service }}-canaryupstream-[0-9a-zA-Z-]+_[0-9a-zA-Z-]+"
                """),
        complaint: GlooRouter.complaint
    ) { GlooRouter(context: $0) }
}

/// A RouteTable named after the apex.
struct GlooRouter: ObjectRouter {
    static let routeTable = ResourceType(
        group: "gateway.solo.io", version: "v1", kind: "RouteTable", plural: "routetables")
    static let upstream = ResourceType(
        group: "gloo.solo.io", version: "v1", kind: "Upstream", plural: "upstreams")
    /// What of the user's Upstream is copied to those of the sides.
    private static let settings = [
        "labels", "sslConfig", "circuitBreakers", "connectionConfig", "loadBalancerConfig", "useHttp2",
        "initialStreamWindowSize", "initialConnectionWindowSize", "httpProxyHostName",
    ]

    let context: RouterContext

    private var canary: Canary { context.canary }

    func routes() async throws -> Routes? {
        let object = try await context.find(Self.routeTable, canary.apexName)
        let action = object?.json[path: "spec", "routes"]?.elements?.first?["routeAction"]
        guard let destinations = action?[path: "multi", "destinations"]?.elements else { return nil }
        func weight(_ side: String) -> JSONValue? {
            destinations.first { $0[path: "destination", "upstream", "name"] == .string(upstreamName(side)) }
                .map { $0["weight"] ?? 0 }
        }
        return context.routes(primary: weight("primary"), canary: weight("canary"))
    }

    func write(_ routes: Routes) async throws -> ControllerError? {
        let configuration = try await userUpstream()
        var complaint: ControllerError?
        for (side, service) in [("primary", canary.primaryName), ("canary", canary.canaryName)] {
            let loss = try await keepUpstream(side, of: service, configuration)
            complaint = complaint ?? loss
        }
        let share = context.canaryShare(of: routes)
        var list = [route(share, matchers: context.analysis.match.map(matcher))]
        // Requests that do not match.
        if context.isABTest { list.append(route(0, matchers: [])) }
        let loss = try await context.keep(
            context.apexObject(Self.routeTable, spec: ["routes": .array(list)]), as: Self.routeTable,
            members: ["routes"])
        return complaint ?? loss
    }

    func finalize() async throws {
        try await context.restore(Self.routeTable, canary.apexName, members: ["routes"])
    }

    private func upstreamName(_ side: String) -> String {
        "\(context.namespace)-\(canary.apexName)-\(side)upstream-\(canary.spec.service.port)"
    }

    private func userUpstream() async throws -> JSONValue? {
        guard let reference = canary.spec.upstreamRef else { return nil }
        let namespace = reference.namespace ?? context.namespace
        guard let object = try await context.cluster.find(Self.upstream, reference.name, in: namespace) else {
            throw ControllerError.route(
                "Upstream \(reference.name).\(namespace) not found: create it, or change spec.upstreamRef")
        }
        return object.json["spec"]
    }

    private func keepUpstream(
        _ side: String, of service: String, _ configuration: JSONValue?
    ) async throws -> ControllerError? {
        var spec: JSONValue = [
            "kube": [
                "serviceName": .string(service), "serviceNamespace": .string(context.namespace),
                "servicePort": JSONValue(canary.spec.service.port),
            ]
        ]
        let selector = try await context.find(.service, service)?.json[path: "spec", "selector"]
        if let selector { spec[path: "kube", "selector"] = selector }
        for member in Self.settings { spec[member] = configuration?[member] }
        return try await context.keep(
            context.object(Self.upstream, named: upstreamName(side), spec: spec), as: Self.upstream,
            members: Set(Self.settings + ["kube"]))
    }

    private func route(_ share: Int, matchers: [JSONValue]) -> JSONValue {
        func destination(_ side: String, weight: Int) -> JSONValue {
            let upstream: JSONValue = [
                "name": .string(upstreamName(side)), "namespace": .string(context.namespace),
            ]
            return ["destination": ["upstream": upstream], "weight": JSONValue(weight)]
        }
        var route: JSONValue = [
            "inheritablePathMatchers": true,
            "routeAction": [
                "multi": [
                    "destinations": [
                        destination("primary", weight: 100 - share), destination("canary", weight: share),
                    ]
                ]
            ],
        ]
        if !matchers.isEmpty { route["matchers"] = .array(matchers) }
        return route
    }

    private func matcher(_ match: RequestMatch) -> JSONValue {
        func conditions(_ conditions: [String: StringMatch]) -> JSONValue {
            .array(
                conditions.sorted { $0.key < $1.key }.map { name, condition in
                    guard let regex = condition.regex else {
                        return ["name": .string(name), "value": .string(condition.exact ?? "")]
                    }
                    return ["name": .string(name), "value": .string(regex), "regex": true]
                })
        }
        var matcher: JSONValue = [:]
        if !match.headers.isEmpty { matcher["headers"] = conditions(match.headers) }
        if let parameters = match.queryParams, !parameters.isEmpty {
            matcher["queryParameters"] = conditions(parameters)
        }
        if let method = match.method?.exact { matcher["methods"] = [.string(method)] }
        return matcher
    }

    static func complaint(_ context: RouterContext) -> String? {
        let known: Set<String> = ["headers", "method", "queryParams"]
        if let complaint = context.unknownCondition(besides: known, provider: "gloo", in: .analysis) {
            return complaint
        }
        for (index, match) in context.analysis.match.enumerated() {
            let conditions = Array(match.headers.values) + Array((match.queryParams ?? [:]).values)
            if conditions.contains(where: { $0.exact == nil && $0.regex == nil }) {
                return "spec.analysis.match[\(index)]: gloo can match by exact or regex only"
            }
            if let method = match.method, method.exact == nil {
                return "spec.analysis.match[\(index)].method: gloo can match it by exact only"
            }
        }
        return nil
    }
}
