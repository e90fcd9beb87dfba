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
            let namespace = reference.namespace ?? canary.metadata.namespace
            let isKnown = scope.manifest.alertProviders.contains {
                $0.metadata.name == reference.name && $0.metadata.namespace == namespace
            }
            if scope.isStandalone, !isKnown {
                list.error(
                    path["providerRef"], "unknown-alert-provider",
                    "no AlertProvider \"\(reference.name)\" in namespace \"\(namespace)\"",
                    fix: "add it to the files")
            }
        }
    }
}
