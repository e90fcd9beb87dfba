/// Checks what a manifest means, resource by resource and across resources.
struct ManifestValidator {
    let options: ValidationOptions

    func diagnostics(of manifest: Manifest) -> [Diagnostic] {
        let names = ResourceNames(manifest.entries)
        var diagnostics: [Diagnostic] = []
        for entry in manifest.entries {
            var list = FindingList()
            check(entry.resource, &list)
            switch entry.resource {
            case .canary(let canary): check(canary, entry.node, among: names, &list)
            case .process(let process):
                for rule in ProcessRule.all { rule.check(process, &list) }
            case .metricTemplate(let template): MetricTemplateRule.check(template, options, &list)
            case .alertProvider(let provider): AlertProviderRule.check(provider, &list)
            case .secret(let secret): SecretRule.check(secret, &list)
            }
            diagnostics += list.findings.compactMap(entry.diagnostic)
        }
        return diagnostics + DuplicateRule.diagnostics(of: manifest.entries)
    }

    /// Names of secrets may have dots: they are no host names.
    private func check(_ resource: ManifestResource, _ list: inout FindingList) {
        if case .secret = resource { return }
        NamingRule.check(resource.metadata, &list)
    }

    private func check(
        _ canary: Canary, _ node: ManifestNode, among names: ResourceNames, _ list: inout FindingList
    ) {
        let usesOldName = canary.spec.analysis == nil && node["spec"]?["canaryAnalysis"] != nil
        let scope = ValidationScope(
            options: options, names: names,
            isStandalone: canary.spec.targetRef.kind == ProcessResource.kind,
            analysisPath: FieldPath(usesOldName ? "spec.canaryAnalysis" : "spec.analysis"))
        for rule in CanaryRule.all { rule.check(canary, scope, &list) }
    }
}
