extension LoadReport {
    /// A threshold and what was measured.
    public struct Verdict: Sendable, Equatable, Encodable {
        /// The threshold as it was written.
        public let threshold: String
        /// In seconds, percent, requests a second or requests; nil when there was nothing to measure.
        public let actual: Double?
        /// Whether the run kept it.
        public let isKept: Bool
        let isLatency: Bool

        private enum CodingKeys: String, CodingKey {
            case threshold, actual
            case isKept = "passed"
        }
    }

    /// Whether every threshold was kept.
    public var keepsThresholds: Bool { thresholds.allSatisfy(\.isKept) }

    static func verdicts(on plan: LoadPlan, _ recorder: Recorder, rate: Double) -> [Verdict] {
        plan.thresholds.map { threshold in
            let actual = value(of: threshold.metric, recorder, rate: rate)
            return Verdict(
                threshold: threshold.expression, actual: actual, isKept: threshold.isKept(by: actual),
                isLatency: threshold.metric.isLatency)
        }
    }

    static func value(of metric: Threshold.Metric, _ recorder: Recorder, rate: Double) -> Double? {
        let hasAnswers = recorder.total.count > 0
        switch metric {
        case .percentile(let percent): return hasAnswers ? latency(at: percent, of: recorder) : nil
        case .average: return hasAnswers ? recorder.total.seconds.average : nil
        case .fastest: return hasAnswers ? recorder.total.seconds.fastest : nil
        case .slowest: return hasAnswers ? recorder.total.seconds.slowest : nil
        case .rate: return rate
        case .errors: return Double(recorder.failures.values.reduce(0, +))
        case .success:
            let all = recorder.requests + recorder.unsent
            let good = recorder.statuses.filter { (200..<400).contains($0.key) }.values.reduce(0, +)
            return all > 0 ? Double(good) * 100 / Double(all) : nil
        }
    }
}

extension LoadReport.Verdict {
    /// What the summary says of it.
    var line: String {
        let value = actual.map { four($0) + (isLatency ? " secs" : "") }
        return "  [\(isKept ? "passed" : "failed")]\t\(threshold)\t(\(value ?? "no answers"))"
    }
}
