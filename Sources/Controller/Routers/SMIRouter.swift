import JSON
import KubernetesClient
import Rollout

extension RouterType {
    /// The Service Mesh Interface's TrafficSplit, version v1alpha1.
    public static let smiAlpha1 = smi("v1alpha1", providers: ["smi:v1alpha1", "smi:v1alpha1:"])
    /// The Service Mesh Interface's TrafficSplit, version v1alpha2.
    public static let smiAlpha2 = smi("v1alpha2", providers: ["smi:v1alpha2", "smi:v1alpha2:"])
    /// The Service Mesh Interface's TrafficSplit, version v1alpha3.
    public static let smiAlpha3 = smi("v1alpha3", providers: ["smi:v1alpha3", "smi:v1alpha3:"])
    /// Linkerd, by its SMI extension.
    public static let linkerd = smi("v1alpha1", providers: ["linkerd"])
    /// Open Service Mesh.
    public static let osm = smi(
        "v1alpha2", providers: ["osm"],
        queries: BuiltinQueries(
            successRate: """
                sum(rate(osm_request_total{\(osmLabels),response_code!~"5.*"}[{{ interval }}])) / \
                sum(rate(osm_request_total{\(osmLabels)}[{{ interval }}])) * 100
                """,
            duration: """
                histogram_quantile(0.99, sum(rate(osm_request_duration_ms_bucket{\(osmLabels)}[{{ interval }}])) \
                by (le))
                """, unit: .milliseconds))

    private static let osmLabels = """
        destination_namespace="{{ namespace }}",destination_kind="Deployment",destination_name="{{ target }}"
        """

    private static let linkerdLabels = """
        namespace="{{ namespace }}",deployment=~"{{ target }}",direction="inbound"
        """

    private static let linkerdQueries = BuiltinQueries(
        successRate: """
            sum(rate(response_total{\(linkerdLabels),classification!="failure"}[{{ interval }}])) / \
            sum(rate(response_total{\(linkerdLabels)}[{{ interval }}])) * 100
            """,
        duration: """
            histogram_quantile(0.99, sum(rate(response_latency_ms_bucket{\(linkerdLabels)}[{{ interval }}])) by (le))
            """, unit: .milliseconds)

    private static func smi(
        _ version: String, providers: [String], queries: BuiltinQueries = linkerdQueries
    ) -> RouterType {
        let type = ResourceType(
            group: "split.smi-spec.io", version: version, kind: "TrafficSplit", plural: "trafficsplits")
        return RouterType(providers: providers, abilities: [.weights], watched: [type], queries: queries) {
            SMIRouter(context: $0, type: type)
        }
    }
}

/// A TrafficSplit named after the apex.
struct SMIRouter: ObjectRouter {
    private static let members: Set<String> = ["service", "backends"]

    let context: RouterContext
    let type: ResourceType

    func routes() async throws -> Routes? {
        let object = try await context.find(type, context.canary.apexName)
        guard let backends = object?.json[path: "spec", "backends"]?.elements else { return nil }
        func weight(_ name: String) -> JSONValue? {
            backends.first { $0["service"] == .string(name) }?["weight"]
        }
        return context.routes(
            primary: weight(context.canary.primaryName), canary: weight(context.canary.canaryName))
    }

    func write(_ routes: Routes) async throws -> ControllerError? {
        let service = context.canary.spec.service
        let spec: JSONValue = [
            "service": .string(service.hosts?.first ?? context.canary.apexName),
            "backends": [
                backend(context.canary.canaryName, weight: routes.canaryWeight),
                backend(context.canary.primaryName, weight: routes.primaryWeight),
            ],
        ]
        var wanted = context.object(type, named: context.canary.apexName, spec: spec)
            .annotated(RouterContext.toolkitOrders)
        if let gateways = service.gateways, !gateways.isEmpty {
            // Read by Istio's adapter alone.
            let list = JSONValue.array(gateways.map { .string($0) }).text
            wanted = wanted.annotated(["VirtualService.v1alpha3.networking.istio.io/spec.gateways": list])
        }
        return try await context.keep(wanted, as: type, members: Self.members)
    }

    func finalize() async throws {
        try await context.restore(type, context.canary.apexName, members: Self.members)
    }

    private func backend(_ name: String, weight: Int) -> JSONValue {
        // A quantity in v1alpha1, which the peer writes as a text.
        [
            "service": .string(name),
            "weight": type.version == "v1alpha1" ? .string("\(weight)") : JSONValue(weight),
        ]
    }
}
