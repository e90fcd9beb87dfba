extension CanaryRule {
    /// The providers of Kubernetes, by name; those ending in a colon take the name of a mesh.
    static let kubernetesProviders = [
        "kubernetes", "gatewayapi:v1", "gatewayapi:v1beta1", "istio", "nginx", "linkerd", "smi:v1alpha1",
        "smi:v1alpha1:", "smi:v1alpha2", "smi:v1alpha2:", "smi:v1alpha3", "smi:v1alpha3:", "contour", "gloo",
        "traefik", "apisix", "osm", "kuma", "skipper", "knative",
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
        if !scope.isStandalone, provider == "appmesh" || provider.hasPrefix("appmesh:") {
            return list.error(
                FieldPath("spec.provider"), "unsupported-provider",
                "AWS App Mesh is not supported, since it has come to its end",
                fix: "use gatewayapi:v1 or istio")
        }
        let names = known.map { $0.hasSuffix(":") ? $0 + "…" : $0 }
        list.error(
            FieldPath("spec.provider"), "unknown-provider", "unknown provider \"\(provider)\"",
            fix: Spelling.nearest(to: provider, among: known).map { "did you mean `\($0)`?" }
                ?? "use one of \(names.joined(separator: ", "))")
    }
}
