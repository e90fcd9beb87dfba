import JSON
import KubernetesClient
import Rollout

extension RouterType {
    /// Istio, by a VirtualService and a DestinationRule for each side.
    public static let istio = RouterType(
        providers: ["istio"], abilities: [.weights, .matches, .mirror, .affinity],
        watched: [IstioRouter.virtualService, IstioRouter.destinationRule],
        queries: BuiltinQueries(
            successRate: """
                sum(rate(istio_requests_total{\(istioLabels),response_code!~"5.*"}[{{ interval }}])) / \
                sum(rate(istio_requests_total{\(istioLabels)}[{{ interval }}])) * 100
                """,
            duration: """
                histogram_quantile(0.99, sum(rate(istio_request_duration_milliseconds_bucket{\(istioLabels)}\
                [{{ interval }}])) by (le))
                """, unit: .milliseconds),
        complaint: IstioRouter.complaint
    ) { IstioRouter(context: $0) }

    private static let istioLabels = """
        reporter="destination",destination_workload_namespace="{{ namespace }}",destination_workload=~"{{ target }}"
        """
}

/// A VirtualService named after the apex, and DestinationRules named after the sides.
struct IstioRouter: ObjectRouter {
    static let virtualService = ResourceType(
        group: "networking.istio.io", version: "v1beta1", kind: "VirtualService", plural: "virtualservices")
    static let destinationRule = ResourceType(
        group: "networking.istio.io", version: "v1beta1", kind: "DestinationRule", plural: "destinationrules")
    private static let members: Set<String> = ["hosts", "gateways", "http", "tcp"]

    let context: RouterContext

    private var name: String { context.canary.apexName }
    private var shape: VirtualServiceRoutes { VirtualServiceRoutes(context: context) }

    func routes() async throws -> Routes? {
        guard let spec = try await context.find(Self.virtualService, name)?.json["spec"],
            let rule = shape.weighted(in: spec)
        else { return nil }
        func weight(_ name: String) -> JSONValue? {
            let route = rule["route"]?.elements?.first { $0[path: "destination", "host"] == .string(name) }
            return route.map { $0["weight"] ?? 0 }
        }
        return context.routes(
            primary: weight(context.canary.primaryName), canary: weight(context.canary.canaryName),
            isMirrored: rule["mirror"] != nil)
    }

    func write(_ routes: Routes) async throws -> ControllerError? {
        var complaint: ControllerError?
        for side in [context.canary.canaryName, context.canary.primaryName] {
            var spec: JSONValue = ["host": .string(side)]
            spec["trafficPolicy"] = context.canary.spec.service.trafficPolicy
            let rule = context.object(Self.destinationRule, named: side, spec: spec)
            let loss = try await context.keep(
                rule, as: Self.destinationRule, members: ["host", "trafficPolicy"])
            complaint = complaint ?? loss
        }
        let cookies = try await context.cookies(for: routes)
        let loss = try await keep(shape.members(routes, cookies: cookies))
        return complaint ?? loss
    }

    func finalize() async throws {
        for side in [context.canary.canaryName, context.canary.primaryName] {
            try await context.restore(Self.destinationRule, side, members: ["host", "trafficPolicy"])
        }
        guard try await !context.restore(Self.virtualService, name, members: Self.members) else { return }
        _ = try await keep(shape.released)
    }

    private func keep(_ spec: JSONValue) async throws -> ControllerError? {
        try await context.keep(
            context.apexObject(Self.virtualService, spec: spec), as: Self.virtualService,
            members: Self.members)
    }

    static func complaint(_ context: RouterContext) -> String? {
        let service = context.canary.spec.service
        if service.delegation, service.hosts?.isEmpty == false || service.gateways?.isEmpty == false {
            return
                "spec.service.delegation: a VirtualService that is delegated to can have no hosts and gateways: remove them"
        }
        let analysis = context.analysis
        guard VirtualServiceRoutes(context: context).isTCP else { return nil }
        guard analysis.match.isEmpty, !analysis.mirror, analysis.sessionAffinity == nil else {
            return
                "spec.service.appProtocol: connections can't be matched, mirrored or kept by a cookie: remove match, mirror and sessionAffinity from spec.analysis"
        }
        return nil
    }
}
