import Delivery
import FlaggerAPI

/// Finds secrets that canaries need and that are not there, before the canaries are taken.
struct SecretCheck {
    let resources: any ReferencedResources
    private(set) var problems: [String] = []

    init(_ resources: any ReferencedResources) { self.resources = resources }

    /// Checks everything that the canaries refer to.
    ///
    /// - Throws: `StandaloneError.missingSecrets` with one line for each secret or key that is missing.
    static func check(_ canaries: [Canary], among resources: any ReferencedResources) async throws {
        var check = SecretCheck(resources)
        for canary in canaries { try await check.check(canary) }
        guard check.problems.isEmpty else { throw StandaloneError.missingSecrets(check.problems) }
    }

    private mutating func check(_ canary: Canary) async throws {
        let analysis = canary.spec.effectiveAnalysis
        let namespace = canary.metadata.namespace
        for (index, alert) in analysis.alerts.enumerated() {
            let name = NamespacedName(alert.providerRef, from: namespace)
            guard let provider = try await resources.alertProvider(name), let secret = provider.spec.secretRef
            else { continue }
            try await check(
                secret, in: provider.metadata.namespace, "alerts[\(index)]: alert provider \(name)", canary,
                keys: provider.spec.address?.isEmpty ?? true ? [["address"]] : [])
        }
        for (index, metric) in analysis.metrics.enumerated() {
            guard let reference = metric.templateRef else { continue }
            let name = NamespacedName(reference, from: namespace)
            guard let template = try await resources.metricTemplate(name),
                let secret = template.spec.provider.secretRef
            else { continue }
            let type = MetricTemplate.ProviderType(rawValue: template.spec.provider.type)
            try await check(
                secret, in: template.metadata.namespace, "metrics[\(index)]: metric template \(name)", canary,
                keys: type?.secretKeys ?? [])
        }
        if let secret = canary.annotations.webhookSecret {
            try await check(
                SecretReference(name: secret), in: namespace,
                "webhooks: \(CanaryAnnotations.webhookSecretKey)",
                canary, keys: [[HookSigning.secretKey]])
        }
    }

    private mutating func check(
        _ reference: SecretReference, in namespace: String, _ subject: String, _ canary: Canary,
        keys: [[String]]
    ) async throws {
        let name = NamespacedName(namespace: namespace, name: reference.name)
        let place = "canary \(canary.metadata.name): error: spec.analysis.\(subject)"
        guard let found = try await resources.secret(name) else {
            problems.append(
                "\(place) needs the secret \(name), which is not there (fix: add the Secret to the files of "
                    + "`aviary run`, or put files for its keys into DIR/\(namespace)/\(reference.name) and run "
                    + "with --secrets-dir DIR)")
            return
        }
        if keys == [[HookSigning.secretKey]], let value = found[HookSigning.secretKey] {
            do { _ = try HookSigning(value) } catch {
                problems.append("\(place) names the secret \(name), but \(error)")
            }
        }
        guard !keys.isEmpty, !keys.contains(where: { found.keys.isSuperset(of: $0) }) else { return }
        let wanted = keys.map { $0.joined(separator: " and ") }.joined(separator: ", or ")
        problems.append(
            "\(place) needs the secret \(name) to have \(wanted); it has \(found.keys.sorted().joined(separator: ", "))"
        )
    }
}
