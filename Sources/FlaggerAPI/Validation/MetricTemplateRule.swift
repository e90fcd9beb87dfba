/// What a valid metric template fulfils.
enum MetricTemplateRule {
    static func check(_ template: MetricTemplate, _ options: ValidationOptions, _ list: inout FindingList) {
        let provider = template.spec.provider
        if let type = MetricTemplate.ProviderType(rawValue: provider.type) {
            checkNeeds(of: type, provider, options, &list)
        } else {
            reportUnknown(provider.type, &list)
        }
        if template.spec.query.allSatisfy(\.isWhitespace) {
            list.error(FieldPath("spec.query"), "missing-field", "is empty", fix: "write the query")
        } else if let problem = QueryRule.problem(of: template.spec.query) {
            list.error(FieldPath("spec.query"), "bad-query", problem, fix: QueryRule.fix)
        }
        if let address = provider.address, !address.isEmpty, let problem = WebAddress.problem(of: address) {
            list.error(
                FieldPath("spec.provider.address"), "bad-url", problem,
                fix: "write an address such as http://prometheus:9090")
        }
        SecretReferenceRule.check(provider.secretRef, FieldPath("spec.provider.secretRef.name"), &list)
        for name in (provider.headers ?? [:]).keys.sorted() where !HTTPToken.isValid(name) {
            list.error(
                FieldPath("spec.provider.headers")[name], "bad-header", "is no name of a header",
                fix: "use letters, digits and dashes")
        }
    }

    private static func reportUnknown(_ type: String, _ list: inout FindingList) {
        let known = MetricTemplate.ProviderType.allCases.map(\.rawValue)
        if let instead = MetricTemplate.ProviderType.unsupported[type] {
            return list.error(
                FieldPath("spec.provider.type"), "unsupported-provider",
                "metrics from \(type) are not supported yet", fix: instead)
        }
        list.error(
            FieldPath("spec.provider.type"), "unknown-provider", "unknown metrics provider \"\(type)\"",
            fix: Spelling.nearest(to: type, among: known).map { "did you mean `\($0)`?" }
                ?? "use one of \(known.joined(separator: ", "))")
    }

    private static func checkNeeds(
        of type: MetricTemplate.ProviderType, _ provider: MetricTemplate.Provider,
        _ options: ValidationOptions,
        _ list: inout FindingList
    ) {
        // In a cluster, external metrics are asked of its own API server.
        let hasDefault = type == .externalmetrics && !options.requiresProcess
        if type.needsAddress, provider.address?.isEmpty ?? true, !hasDefault {
            list.error(
                FieldPath("spec.provider.address"), "missing-field", "\(type.rawValue) needs an address",
                fix: "add `address:` with the URL of its API")
        }
        if type.needsSecret, provider.secretRef == nil {
            let keys = type.secretKeys.map { $0.joined(separator: " and ") }.joined(separator: ", or ")
            list.error(
                FieldPath("spec.provider.secretRef"), "missing-field", "\(type.rawValue) needs credentials",
                fix: "add `secretRef: {name: …}`, a secret with \(keys)")
        }
        if type == .cloudwatch, provider.region?.isEmpty ?? true {
            list.error(
                FieldPath("spec.provider.region"), "missing-field", "cloudwatch needs a region",
                fix: "add `region:` such as eu-central-1")
        }
    }
}
