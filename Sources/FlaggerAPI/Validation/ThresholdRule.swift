extension CanaryRule {
    /// It is said how many failed checks end the rollout.
    static let thresholds = CanaryRule { canary, scope, list in
        let analysis = canary.spec.effectiveAnalysis
        guard !canary.spec.skipAnalysis, analysis.threshold <= 0 else { return }
        let message =
            analysis.threshold < 0
            ? "\(analysis.threshold) counts as 1: the first failed check rolls back"
            : "missing, which counts as 1: the first failed check rolls back"
        list.warning(
            scope.analysisPath["threshold"], "no-threshold", message,
            fix: "write how many failed checks end the rollout, such as `threshold: 5`")
    }
}
