import Histogram
import NIOCore

/// What a load run measured. Times are in seconds; failures have no part in the latencies.
public struct LoadReport: Sendable, Encodable {
    /// Average and extremes.
    public struct Range: Sendable, Equatable, Encodable {
        /// The arithmetic mean.
        public let average: Double
        /// The least.
        public let fastest: Double
        /// The greatest.
        public let slowest: Double
    }

    /// The share of answers that were at least as fast.
    public struct Percentile: Sendable, Equatable, Encodable {
        /// In percent, such as 99.9.
        public let percent: Double
        /// In seconds.
        public let latency: Double
    }

    /// Answers whose latency is above the previous bar's limit and at most this one's.
    public struct Bar: Sendable, Equatable, Encodable {
        /// In seconds.
        public let limit: Double
        /// Number of answers.
        public let count: Int
    }

    /// Where the time of a request went.
    public struct Details: Sendable, Equatable, Encodable {
        /// Looking up and connecting; 0 for connections used again.
        public let dial: Range
        /// Looking up alone.
        public let lookup: Range
        /// Writing the request.
        public let write: Range
        /// From the written request until the answer's head.
        public let wait: Range
        /// Reading the rest of the answer.
        public let read: Range
    }

    /// What an open loop could not do as planned.
    public struct OpenLoop: Sendable, Equatable, Encodable {
        /// Requests a second as planned.
        public let rate: Double
        /// Requests that were started more than a millisecond after their planned time.
        public let late: Int
        /// The greatest lateness, in seconds.
        public let latest: Double
        /// Requests that were due and never sent, since all workers were busy until the end.
        public let unsent: Int
    }

    /// From the start until the last request ended.
    public let elapsed: Double
    /// Requests that ended, with an answer or without.
    public let requests: Int
    /// `requests` a second.
    public let requestsPerSecond: Double
    /// Latency of the answers, whatever their status.
    public let latency: Range
    /// Latency percentiles: 10, 25, 50, 75, 90, 95, 99; from 1000 answers on 99.9, from 10000 on 99.99.
    public let percentiles: [Percentile]
    /// Eleven bars from the fastest to the slowest.
    public let histogram: [Bar]
    /// Where the time went.
    public let details: Details
    /// Bytes of answers' bodies.
    public let bytes: Int
    /// Answers by status code.
    public let statusCodes: [Int: Int]
    /// Requests without an answer, by what happened.
    public let errors: [String: Int]

    /// Of an open loop; nil for a closed one.
    public let openLoop: OpenLoop?
    /// What the thresholds of the plan came to.
    public let thresholds: [Verdict]

    let workers: Int
    let samples: [Sample]
    let planned: (requests: Int?, seconds: Double?)

    private enum CodingKeys: String, CodingKey {
        case elapsed, requests, requestsPerSecond, latency, percentiles, histogram, details, bytes
        case statusCodes, errors, openLoop, thresholds
    }

    init(_ recorder: Recorder, plan: LoadPlan, elapsed: TimeAmount) {
        let seconds = Double(elapsed.nanoseconds) / 1e9
        self.elapsed = seconds
        requests = recorder.requests
        requestsPerSecond = seconds > 0 ? Double(recorder.requests) / seconds : 0
        latency = recorder.total.seconds
        percentiles = Self.percentiles(of: recorder)
        histogram = Self.histogram(of: recorder)
        details = Details(
            dial: recorder.dial.seconds, lookup: recorder.lookup.seconds, write: recorder.write.seconds,
            wait: recorder.wait.seconds, read: recorder.read.seconds)
        bytes = recorder.bytes
        statusCodes = recorder.statuses
        errors = Dictionary(
            recorder.failures.map { ($0.description, $1) }, uniquingKeysWith: +)
        openLoop = plan.rate.map { rate in
            OpenLoop(
                rate: rate, late: recorder.late, latest: Double(recorder.greatestLateness) / 1e9,
                unsent: recorder.unsent)
        }
        thresholds = Self.verdicts(on: plan, recorder, rate: requestsPerSecond)
        workers = plan.workers
        samples = recorder.samples
        planned = (
            plan.duration == nil ? plan.requests : nil,
            plan.duration.map { Double(TimeAmount($0).nanoseconds) / 1e9 }
        )
    }

    /// Requests that ended without an answer.
    public var failures: Int { errors.values.reduce(0, +) }

    static func percentiles(of recorder: Recorder) -> [Percentile] {
        guard recorder.total.count > 0 else { return [] }
        // A percentile of fewer answers than it divides would only repeat the slowest.
        let all: [(percent: Double, answers: Int)] = [
            (10, 1), (25, 1), (50, 1), (75, 1), (90, 1), (95, 1), (99, 1), (99.9, 1000), (99.99, 10_000),
        ]
        return all.filter { recorder.total.count >= $0.answers }.map { percent, _ in
            Percentile(percent: percent, latency: latency(at: percent, of: recorder))
        }
    }

    static func latency(at percent: Double, of recorder: Recorder) -> Double {
        // The histogram rounds up; no percentile is above the slowest or below the fastest answer.
        let value = Int64(clamping: recorder.latencies.valueAtPercentile(percent))
        return Double(min(max(value, recorder.total.least), recorder.total.greatest)) / 1e9
    }

    static func histogram(of recorder: Recorder) -> [Bar] {
        guard recorder.total.count > 0 else { return [] }
        let (least, greatest) = (Double(recorder.total.least), Double(recorder.total.greatest))
        let limits = (0...10).map { least + (greatest - least) * Double($0) / 10 }
        var counts = [Int](repeating: 0, count: limits.count)
        for entry in recorder.latencies.recordedValues() {
            let lowest = Double(recorder.latencies.lowestEquivalentForValue(entry.value))
            let value = min(max(lowest, least), greatest)
            counts[limits.firstIndex { value <= $0 } ?? 10] += Int(entry.count)
        }
        return zip(limits, counts).map { Bar(limit: $0 / 1e9, count: $1) }
    }
}
