extension CanaryRule {
    private static let severities = ["info", "warn", "error"]

    /// Each alert has a known severity and, on one machine, a provider among the files.
    static let alerts = CanaryRule { canary, scope, list in
        for (index, alert) in canary.spec.effectiveAnalysis.alerts.enumerated() {
            let path = scope.analysisPath["alerts"][index]
            if !severities.contains(alert.severity) {
                list.error(
                    path["severity"], "unknown-severity", "unknown severity \"\(alert.severity)\"",
                    fix: Spelling.nearest(to: alert.severity, among: severities).map {
                        "did you mean `\($0)`?"
                    }
                        ?? "use one of \(severities.joined(separator: ", "))")
            }
            let reference = alert.providerRef
            let name = NamespacedName(reference, from: canary.metadata.namespace)
            if scope.isStandalone, !scope.options.knownAlertProviders.contains(name),
                !scope.names.contains(name, of: AlertProvider.kind)
            {
                list.error(
                    path["providerRef"], "unknown-alert-provider",
                    "no AlertProvider \"\(reference.name)\" in namespace \"\(name.namespace)\"",
                    fix: scope.names.fix(for: name, of: AlertProvider.kind))
            }
        }
    }
}
