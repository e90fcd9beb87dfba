import JSON
import KubernetesClient
import Rollout

extension RouterType {
    /// Kuma, by a TrafficRoute of the whole cluster.
    public static let kuma = RouterType(
        providers: ["kuma"], abilities: [.weights], watched: [KumaRouter.type],
        queries: .envoy(
            labels: """
                service=~"{{ service }}-canary_{{ namespace }}_svc_[0-9a-zA-Z-]+"
                """)
    ) { KumaRouter(context: $0) }
}

/// A TrafficRoute named after the apex. It lives in no namespace, so that no canary can own it.
struct KumaRouter: ObjectRouter {
    static let type = ResourceType(
        group: "kuma.io", version: "v1alpha1", kind: "TrafficRoute", plural: "trafficroutes",
        isNamespaced: false)
    private static let members: Set<String> = ["sources", "destinations", "conf"]
    private static let tag = "kuma.io/service"

    let context: RouterContext

    private var name: String { context.canary.apexName }

    func routes() async throws -> Routes? {
        let object = try await context.find(Self.type, name)
        guard let split = object?.json[path: "spec", "conf", "split"]?.elements else { return nil }
        func weight(_ name: String) -> JSONValue? {
            split.first { $0[path: "destination", Self.tag] == service(name) }.map { $0["weight"] ?? 0 }
        }
        return context.routes(
            primary: weight(context.canary.primaryName), canary: weight(context.canary.canaryName))
    }

    func write(_ routes: Routes) async throws -> ControllerError? {
        try await requireOwnership()
        func side(_ name: String, weight: Int) -> JSONValue {
            ["weight": JSONValue(weight), "destination": [Self.tag: service(name)]]
        }
        let spec: JSONValue = [
            "sources": [["match": [Self.tag: "*"]]],
            "destinations": [["match": [Self.tag: service(name)]]],
            "conf": [
                "split": [
                    side(context.canary.primaryName, weight: routes.primaryWeight),
                    side(context.canary.canaryName, weight: routes.canaryWeight),
                ]
            ],
        ]
        var wanted = context.apexObject(Self.type, spec: spec)
        wanted.json[path: "metadata", "namespace"] = nil
        wanted.json[path: "metadata", "ownerReferences"] = nil
        wanted.json["mesh"] = .string(context.canary.metadata.annotations["kuma.io/mesh"] ?? "default")
        return try await context.keep(wanted, as: Self.type, members: Self.members)
    }

    // Nothing removes it with the canary.
    func finalize() async throws {
        try await requireOwnership()
        try await context.cluster.delete(Self.type, name, in: "")
    }

    private func service(_ name: String) -> JSONValue {
        .string("\(name)_\(context.namespace)_svc_\(context.canary.spec.service.port)")
    }

    /// Two namespaces may have a service of the same name.
    private func requireOwnership() async throws {
        guard let object = try await context.find(Self.type, name),
            let other = object.json[path: "spec", "destinations"]?.elements?.first?[path: "match", Self.tag]?
                .string,
            !other.hasPrefix("\(name)_\(context.namespace)_svc_")
        else { return }
        throw ControllerError.foreign("TrafficRoute \(name)", owner: "the service \(other)")
    }
}
