import Timing

extension CanaryRule {
    /// The rollout hooks of one tick fit into the interval.
    static let webhookTiming = CanaryRule { canary, scope, list in
        let analysis = canary.spec.effectiveAnalysis
        let timeouts = analysis.webhooks.filter { $0.type == "rollout" }.map(\.timeout.duration)
        let total = timeouts.reduce(Duration.zero) { sum, timeout in
            // Capped, so that absurd time-outs cannot overflow the sum.
            min(sum, .seconds(1 << 40)) + timeout
        }
        guard !timeouts.isEmpty, total >= analysis.interval.duration else { return }
        list.warning(
            scope.analysisPath["webhooks"], "slow-hooks",
            "the rollout hooks may take \(GoDuration.format(total)), but the interval is \(analysis.interval)",
            fix: "shorten their timeouts, or write an interval above \(GoDuration.format(total))")
    }
}
