import JSON
import KubernetesClient
import Rollout

extension RouterType {
    /// Gateway API, by HTTPRoutes of version v1.
    public static let gatewayAPI = gatewayAPI(version: "v1")
    /// Gateway API, by HTTPRoutes of version v1beta1.
    public static let gatewayAPIBeta = gatewayAPI(version: "v1beta1")

    private static func gatewayAPI(version: String) -> RouterType {
        let type = ResourceType(
            group: "gateway.networking.k8s.io", version: version, kind: "HTTPRoute", plural: "httproutes")
        return RouterType(
            providers: ["gatewayapi:\(version)"], abilities: [.weights, .matches, .mirror, .affinity],
            watched: [type], queries: .http, complaint: GatewayAPIRouter.complaint
        ) { GatewayAPIRouter(context: $0, type: type) }
    }
}

/// An HTTPRoute named after the apex.
struct GatewayAPIRouter: ObjectRouter {
    private static let members: Set<String> = ["parentRefs", "hostnames", "rules"]

    let context: RouterContext
    let type: ResourceType

    private var name: String { context.canary.apexName }

    func routes() async throws -> Routes? {
        guard let route = try await context.find(type, name),
            let rules = route.json[path: "spec", "rules"]?.elements,
            let rule = context.isABTest ? rules.first : rules.last
        else { return nil }
        let backends = rule["backendRefs"]?.elements ?? []
        func weight(_ name: String) -> JSONValue? {
            backends.first { $0["name"] == .string(name) }.map { $0["weight"] ?? 1 }
        }
        let isMirrored = rule["filters"]?.elements?.contains {
            $0[path: "requestMirror", "backendRef", "name"] == .string(context.canary.canaryName)
        }
        return context.routes(
            primary: weight(context.canary.primaryName), canary: weight(context.canary.canaryName),
            isMirrored: isMirrored ?? false)
    }

    func write(_ routes: Routes) async throws -> ControllerError? {
        let cookies = try await context.cookies(for: routes)
        let rules = HTTPRouteRules(context: context).rules(routes, cookies: cookies)
        return try await context.keep(route(rules), as: type, members: Self.members)
    }

    func route(_ routes: Routes) async throws {
        if routes.reachesCanary, let known = try await self.routes(), known != routes {
            try await requireAcceptance()
        }
        _ = try await write(routes)
    }

    func finalize() async throws {
        guard try await !context.restore(type, name, members: Self.members) else { return }
        let rules = HTTPRouteRules(context: context).released
        _ = try await context.keep(route(rules), as: type, members: Self.members)
    }

    private func route(_ rules: [JSONValue]) -> KubernetesObject {
        let service = context.canary.spec.service
        var spec: JSONValue = ["parentRefs": service.gatewayRefs ?? [], "rules": .array(rules)]
        if let hosts = service.hosts, !hosts.isEmpty {
            spec["hostnames"] = .array(hosts.map { .string($0) })
        }
        return context.apexObject(type, spec: spec)
    }

    /// More traffic would be shifted in an object only, while a gateway does not follow it.
    private func requireAcceptance() async throws {
        guard let route = try await context.find(type, name) else { return }
        let wanted = context.canary.spec.service.gatewayRefs?.elements ?? []
        for parent in route.json[path: "status", "parents"]?.elements ?? [] {
            guard let reference = parent["parentRef"], wanted.contains(where: reference.contains),
                let accepted = parent["conditions"]?.elements?.first(where: { $0["type"] == "Accepted" })
            else { continue }
            let gateway = reference["name"]?.string ?? ""
            if accepted["status"] != "True" {
                let reason = accepted["message"]?.string ?? accepted["reason"]?.string ?? "no reason given"
                throw ControllerError.route(
                    "HTTPRoute \(route.key) is not accepted by Gateway \(gateway): \(reason)")
            }
            if let seen = accepted["observedGeneration"]?.int, seen < route.generation ?? 0 {
                throw ControllerError.route(
                    "HTTPRoute \(route.key): Gateway \(gateway) has not taken over the last change yet")
            }
        }
    }

    static func complaint(_ context: RouterContext) -> String? {
        let service = context.canary.spec.service
        guard service.gatewayRefs?.elements?.isEmpty == false else {
            return "spec.service.gatewayRefs: is missing: add `gatewayRefs: [{name: …, namespace: …}]`"
        }
        if let complaint = context.unknownCondition(besides: HTTPRouteMatches.known, provider: "gatewayapi") {
            return complaint
        }
        for (field, match) in RouterContext.MatchList.allCases.flatMap(context.matches) {
            if let rest = HTTPRouteMatches.complaint(about: match) { return field + rest }
        }
        return HTTPRouteFilters.complaint(about: service)
    }
}
