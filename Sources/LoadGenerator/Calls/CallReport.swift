public import Foundation
import GRPC
import NIOCore

/// What a run of calls measured. Calls that failed have no part in the latencies, unless the plan says so.
public struct CallReport: Sendable {
    /// Why the run ended.
    public enum EndReason: String, Sendable, Encodable {
        /// All calls were made.
        case normal
        /// Its time was over.
        case timeout
        /// It was stopped.
        case cancel
    }

    /// Why the run ended.
    public let endReason: EndReason
    /// When it ended.
    public let date: Date
    /// Calls that ended.
    public let count: Int
    /// Seconds from the start until the last call ended.
    public let elapsed: Double
    /// ``count`` a second.
    public let callsPerSecond: Double
    /// Latency in seconds.
    public let latency: LoadReport.Range
    /// Latency percentiles as in ``LoadReport/percentiles``.
    public let percentiles: [LoadReport.Percentile]
    /// Eleven bars from the fastest to the slowest.
    public let histogram: [LoadReport.Bar]
    /// Calls by the name of their status code, in the codes' order.
    public let statusCodes: [(name: String, count: Int)]
    /// Calls that failed, by what happened.
    public let errors: [String: Int]

    /// What the thresholds of the plan came to; `success` is the percentage of calls that were OK, `errors`
    /// the number of those that were not.
    public let thresholds: [LoadReport.Verdict]

    let samples: [CallRecorder.Sample]
    let plan: CallPlan

    init(_ recorder: CallRecorder, plan: CallPlan, elapsed: TimeAmount, wasCancelled: Bool) {
        endReason = wasCancelled ? .cancel : recorder.isTimeOver ? .timeout : .normal
        date = Date()
        count = recorder.count
        self.elapsed = Double(elapsed.nanoseconds) / 1e9
        latency = recorder.answers.total.seconds
        percentiles = LoadReport.percentiles(of: recorder.answers)
        histogram = LoadReport.histogram(of: recorder.answers)
        statusCodes = recorder.codes.sorted { $0.key < $1.key }.map { ($0.key.name, $0.value) }
        errors = recorder.errors
        let rate = self.elapsed > 0 ? Double(count) / self.elapsed : 0
        callsPerSecond = rate
        thresholds = Self.verdicts(on: plan, recorder, rate: rate)
        samples = recorder.samples.sorted { $0.end < $1.end }
        self.plan = plan
    }

    /// Whether the lists of JSON and CSV lack calls.
    public var isListCut: Bool { samples.count < count }

    /// Calls that failed.
    public var failures: Int { errors.values.reduce(0, +) }
}
