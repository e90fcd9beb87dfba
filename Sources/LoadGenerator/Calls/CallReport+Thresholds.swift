extension CallReport {
    /// Whether every threshold was kept.
    public var keepsThresholds: Bool { thresholds.allSatisfy(\.isKept) }

    static func verdicts(
        on plan: CallPlan, _ recorder: CallRecorder, rate: Double
    ) -> [LoadReport.Verdict] {
        plan.thresholds.map { threshold in
            let actual: Double? =
                switch threshold.metric {
                case .success:
                    recorder.count > 0
                        ? Double(recorder.codes[.ok] ?? 0) * 100 / Double(recorder.count) : nil
                case .errors: Double(recorder.count - (recorder.codes[.ok] ?? 0))
                default: LoadReport.value(of: threshold.metric, recorder.answers, rate: rate)
                }
            return LoadReport.Verdict(
                threshold: threshold.expression, actual: actual, isKept: threshold.isKept(by: actual),
                isLatency: threshold.metric.isLatency)
        }
    }
}
