import Timing

extension CanaryRule {
    /// The analysis does not run too often.
    static let interval = CanaryRule { canary, scope, list in
        guard !canary.spec.skipAnalysis else { return }
        let interval = canary.spec.effectiveAnalysis.interval
        let path = scope.analysisPath["interval"]
        let options = scope.options
        if interval.duration <= .zero {
            list.error(path, "bad-duration", "must be above 0", fix: "write a duration such as 1m")
        } else if scope.isStandalone, interval.duration < options.minimumProcessInterval {
            let minimum = GoDuration.format(options.minimumProcessInterval)
            list.error(
                path, "short-interval", "\(interval) is below \(minimum)", fix: "write \(minimum) or more")
        } else if !scope.isStandalone, interval.duration < options.minimumInterval {
            let minimum = GoDuration.format(options.minimumInterval)
            list.warning(
                path, "short-interval", "\(interval) is below \(minimum); \(minimum) is used instead",
                fix: "write \(minimum) or more, or lower --min-interval")
        }
    }
}
