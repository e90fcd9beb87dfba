import JSON
import KubernetesClient
import Rollout

extension RouterType {
    /// Skipper, by a second Ingress with the weights of both sides.
    public static let skipper = RouterType(
        providers: ["skipper"], abilities: [.weights], watched: [UserIngress.type],
        queries: BuiltinQueries(
            successRate: """
                sum(rate(skipper_response_duration_seconds_bucket{\(skipperRoute),code!~"5..",le="+Inf"}\
                [{{ interval }}])) / \
                sum(rate(skipper_response_duration_seconds_bucket{\(skipperRoute),le="+Inf"}[{{ interval }}])) * 100
                """,
            duration: """
                sum(rate(skipper_serve_route_duration_seconds_sum{\(skipperRoute)}[{{ interval }}])) / \
                sum(rate(skipper_serve_route_duration_seconds_count{\(skipperRoute)}[{{ interval }}])) * 1000
                """, unit: .milliseconds, replacesPunctuation: true),
        complaint: UserIngress.complaint
    ) { SkipperRouter(context: $0) }

    private static let skipperRoute = """
        route=~"kube(ew)?_{{ namespace }}__{{ ingress }}_canary__.*__{{ service }}_canary(_[0-9]+)?"
        """
}

/// A canary Ingress that takes precedence over the user's while the canary gets traffic.
struct SkipperRouter: ObjectRouter {
    private static let weightsKey = "zalando.org/backend-weights"
    private static let predicateKey = "zalando.org/skipper-predicate"
    private static let precedence = "Weight(100)"
    private static let never = "False()"

    let context: RouterContext

    private var name: String { UserIngress.canaryName(of: context.canary) }

    func routes() async throws -> Routes? {
        let annotations = try await context.find(UserIngress.type, name)?.annotations
        guard let text = annotations?[Self.weightsKey], let weights = JSONValue.parse(text),
            let routes = context.routes(
                primary: weights[context.canary.primaryName], canary: weights[context.canary.canaryName])
        else { return nil }
        let isOff = annotations?[Self.predicateKey]?.contains(Self.never) ?? false
        return isOff ? .primary : routes
    }

    func write(_ routes: Routes) async throws -> ControllerError? {
        let canary = context.canary
        let user = try await UserIngress(context)
        let spec = try user.specification(of: context) {
            [UserIngress.path($0, to: canary.primaryName), UserIngress.path($0, to: canary.canaryName)]
        }
        var annotations = user.object.annotations.filter { !KubernetesObject.isBookkeeping($0.key) }
        let weights: JSONValue = .object([
            canary.primaryName: JSONValue(routes.primaryWeight),
            canary.canaryName: JSONValue(routes.canaryWeight),
        ])
        annotations[Self.weightsKey] = weights.text
        let own = annotations[Self.predicateKey].flatMap { $0.isEmpty ? nil : $0 }
        let first = routes.canaryWeight > 0 ? Self.precedence : Self.never
        annotations[Self.predicateKey] = ([first] + (own.map { [$0] } ?? [])).joined(separator: " && ")
        let wanted = user.canaryIngress(context, spec: spec, annotations: annotations)
        return try await context.keep(
            wanted, as: UserIngress.type, members: ["rules", "tls", "ingressClassName"]
        ) { $0.hasPrefix("zalando.org/") }
    }

    // Its weights would count as long as it is there.
    func finalize() async throws {
        try await context.cluster.delete(UserIngress.type, name, in: context.namespace)
    }
}
