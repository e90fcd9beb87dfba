import FlaggerAPI
import JSON
import KubernetesClient

/// The Ingress that the user wrote, from which that of the canary is made.
struct UserIngress {
    static let type = ResourceType(
        group: "networking.k8s.io", version: "v1", kind: "Ingress", plural: "ingresses")

    let object: KubernetesObject

    /// The name of the canary's Ingress.
    static func canaryName(of canary: Canary) -> String { "\(canary.spec.ingressRef?.name ?? "")-canary" }

    /// Why there is no Ingress to work from.
    static func complaint(_ context: RouterContext) -> String? {
        guard context.canary.spec.ingressRef?.name.isEmpty ?? true else { return nil }
        return
            "spec.ingressRef: is missing: add `ingressRef: {apiVersion: networking.k8s.io/v1, kind: Ingress, name: …}`"
    }

    /// Reads the Ingress of a canary.
    ///
    /// - Throws: ``ControllerError/route(_:)`` when there is none.
    init(_ context: RouterContext) async throws {
        let name = context.canary.spec.ingressRef?.name ?? ""
        guard let object = try await context.find(Self.type, name) else {
            throw ControllerError.route(
                "Ingress \(name).\(context.namespace) not found: create it, or change spec.ingressRef")
        }
        self.object = object
    }

    /// The specification with those paths only that lead to the apex, each changed.
    ///
    /// - Throws: ``ControllerError/route(_:)`` when none does.
    func specification(of context: RouterContext, change: (JSONValue) -> [JSONValue]) throws -> JSONValue {
        let apex = JSONValue.string(context.canary.apexName)
        let rules = (object.json[path: "spec", "rules"]?.elements ?? []).compactMap { rule -> JSONValue? in
            let paths = (rule[path: "http", "paths"]?.elements ?? []).filter {
                $0[path: "backend", "service", "name"] == apex
            }
            guard !paths.isEmpty else { return nil }
            var rule = rule
            rule[path: "http", "paths"] = .array(paths.flatMap(change))
            return rule
        }
        guard !rules.isEmpty else {
            throw ControllerError.route(
                "Ingress \(object.key) has no path to the service \(context.canary.apexName): add one, or change spec.service.name"
            )
        }
        var spec: JSONValue = ["rules": .array(rules)]
        for member in ["tls", "ingressClassName"] { spec[member] = object.json[path: "spec", member] }
        return spec
    }

    /// The Ingress of the canary, with the labels and annotations of the user's.
    func canaryIngress(
        _ context: RouterContext, spec: JSONValue, annotations: [String: String]
    ) -> KubernetesObject {
        let metadata = ServiceMetadata(labels: object.labels, annotations: annotations)
        return context.object(
            Self.type, named: Self.canaryName(of: context.canary), metadata: metadata, spec: spec
        )
        .annotated(RouterContext.toolkitOrders)
    }

    /// A path that leads to another service.
    static func path(_ path: JSONValue, to service: String) -> JSONValue {
        var path = path
        path[path: "backend", "service", "name"] = .string(service)
        return path
    }
}
