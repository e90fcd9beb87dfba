import FlaggerAPI
import JSON
import KubernetesClient
import Rollout

extension RouterType {
    /// The NGINX ingress controller, by a second Ingress with canary annotations.
    public static let nginx = RouterType(
        providers: ["nginx"], abilities: [.weights, .matches], watched: [UserIngress.type],
        queries: BuiltinQueries(
            successRate: """
                sum(rate(nginx_ingress_controller_requests{\(nginxLabels),status!~"5.*"}[{{ interval }}])) / \
                sum(rate(nginx_ingress_controller_requests{\(nginxLabels)}[{{ interval }}])) * 100
                """,
            duration: """
                sum(rate(nginx_ingress_controller_response_duration_seconds_sum{\(nginxLabels)}[{{ interval }}])) / \
                sum(rate(nginx_ingress_controller_response_duration_seconds_count{\(nginxLabels)}[{{ interval }}])) \
                * 1000
                """, unit: .milliseconds),
        complaint: NGINXRouter.complaint
    ) { NGINXRouter(context: $0) }

    private static let nginxLabels = """
        namespace="{{ namespace }}",ingress="{{ ingress }}",canary!=""
        """
}

/// A canary Ingress beside the user's.
struct NGINXRouter: ObjectRouter {
    let context: RouterContext

    private func key(_ suffix: String) -> String { "\(context.settings.ingressAnnotationsPrefix)/\(suffix)" }

    func routes() async throws -> Routes? {
        let name = UserIngress.canaryName(of: context.canary)
        guard let annotations = try await context.find(UserIngress.type, name)?.annotations,
            annotations[key("canary")] == "true"
        else { return nil }
        let isMatched = annotations.keys.contains { $0.hasPrefix(key("canary-by-")) }
        if isMatched { return context.isABTest ? Routes(isMatched: true) : nil }
        guard let weight = annotations[key("canary-weight")].flatMap({ Int($0) }), (0...100).contains(weight),
            annotations[key("canary-weight-total")] ?? "100" == "100"
        else { return nil }
        return Routes(canaryWeight: weight)
    }

    func write(_ routes: Routes) async throws -> ControllerError? {
        let user = try await UserIngress(context)
        let spec = try user.specification(of: context) {
            [UserIngress.path($0, to: context.canary.canaryName)]
        }
        var annotations = user.object.annotations.filter { key, _ in
            !key.hasPrefix(self.key("canary")) && !KubernetesObject.isBookkeeping(key)
        }
        annotations[key("canary")] = "true"
        annotations[key("canary-weight")] = "\(routes.canaryWeight)"
        if routes.isMatched { annotations.merge(conditions) { $1 } }
        let wanted = user.canaryIngress(context, spec: spec, annotations: annotations)
        return try await context.keep(
            wanted, as: UserIngress.type, members: ["rules", "tls", "ingressClassName"]
        ) { $0.hasPrefix(context.settings.ingressAnnotationsPrefix + "/") }
    }

    /// The annotations that pick the matching requests.
    private var conditions: [String: String] {
        var annotations: [String: String] = [:]
        for (name, condition) in context.analysis.match.flatMap(\.headers) {
            if name.lowercased() == "cookie" {
                annotations[key("canary-by-cookie")] = condition.exact
                continue
            }
            annotations[key("canary-by-header")] = name
            annotations[key("canary-by-header-value")] = condition.exact
            annotations[key("canary-by-header-pattern")] = condition.regex
        }
        return annotations
    }

    static func complaint(_ context: RouterContext) -> String? {
        if let complaint = UserIngress.complaint(context) { return complaint }
        if let complaint = context.unknownCondition(besides: ["headers"], provider: "nginx", in: .analysis) {
            return complaint
        }
        let field = "spec.analysis.match"
        let conditions = context.analysis.match.flatMap(\.headers)
        let cookies = conditions.filter { $0.key.lowercased() == "cookie" }
        if cookies.count > 1 || conditions.count - cookies.count > 1 {
            return "\(field): nginx can match one header and one cookie: remove the others"
        }
        if cookies.contains(where: { $0.value.exact == nil }) {
            return "\(field): nginx matches a cookie by its name: write `cookie: {exact: NAME}`"
        }
        if conditions.contains(where: { $0.value.exact == nil && $0.value.regex == nil }) {
            return "\(field): nginx can match a header by exact or regex only"
        }
        return nil
    }
}
