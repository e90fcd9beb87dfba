extension CanaryRule {
    /// The providers of Kubernetes, by name; those ending in a colon take a version.
    static let kubernetesProviders = [
        "kubernetes", "gatewayapi:v1", "gatewayapi:v1beta1", "istio", "nginx", "linkerd", "smi:", "contour",
        "gloo", "traefik", "apisix", "osm", "kuma", "skipper", "knative", "appmesh:", "appmesh",
    ]
    /// The providers of a target of kind `Process`.
    static let processProviders = ["aviary", "standalone"]

    /// The provider is known.
    static let provider = CanaryRule { canary, scope, list in
        guard let provider = canary.spec.provider, !provider.isEmpty else { return }
        let known = scope.isStandalone ? processProviders : kubernetesProviders
        let isKnown = known.contains { name in
            name.hasSuffix(":") ? provider.hasPrefix(name) && provider.count > name.count : provider == name
        }
        guard !isKnown else { return }
        let names = known.map { $0.hasSuffix(":") ? $0 + "…" : $0 }
        list.error(
            FieldPath("spec.provider"), "unknown-provider", "unknown provider \"\(provider)\"",
            fix: Spelling.nearest(to: provider, among: known).map { "did you mean `\($0)`?" }
                ?? "use one of \(names.joined(separator: ", "))")
    }
}
