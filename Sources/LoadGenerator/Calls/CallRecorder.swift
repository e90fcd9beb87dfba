import GRPC

/// What one event loop measured of its calls; merged at the end. Its size does not grow with the run.
struct CallRecorder: Sendable {
    /// Distinct errors told apart; the rest are counted together.
    static let errorKinds = 50

    /// A call that ended, in nanoseconds.
    struct Sample: Sendable {
        let latency: Int64
        /// Since the start of the run.
        let end: Int64
        let code: StatusCode
        let error: String?
    }

    /// Latencies of the calls that count.
    private(set) var answers = Recorder(keepsSamples: false)
    private(set) var codes: [StatusCode: Int] = [:]
    private(set) var errors: [String: Int] = [:]
    private(set) var samples: [Sample] = []
    private(set) var isTimeOver = false
    private var skipping: Int
    private let keepsSamples: Bool
    private let countsErrors: Bool

    init(plan: CallPlan, skipping: Int = 0) {
        self.skipping = skipping
        keepsSamples = plan.keepsSamples
        countsErrors = plan.countsErrors
    }

    /// Calls that ended.
    var count: Int { codes.values.reduce(0, +) }

    mutating func timeIsOver() { isTimeOver = true }

    mutating func record(_ outcome: CallOutcome, latency: Int64, end: Int64) {
        guard skipping == 0 else {
            skipping -= 1
            return
        }
        codes[outcome.code, default: 0] += 1
        let error =
            outcome.code == .ok ? nil : "rpc error: code = \(outcome.code.name) desc = \(outcome.message)"
        if let error { add(error, 1) }
        if error == nil || countsErrors {
            let sample = LoadGenerator.Sample(
                total: latency, dial: 0, lookup: 0, write: 0, wait: 0, read: 0, status: outcome.code.rawValue,
                offset: 0)
            answers.record(sample, bytes: 0)
        }
        if keepsSamples, samples.count < Recorder.sampleCapacity {
            samples.append(Sample(latency: latency, end: end, code: outcome.code, error: error))
        }
    }

    mutating func add(_ other: CallRecorder) {
        answers.add(other.answers)
        codes.merge(other.codes, uniquingKeysWith: +)
        for (error, number) in other.errors { add(error, number) }
        samples += other.samples.prefix(Recorder.sampleCapacity - samples.count)
        isTimeOver = isTimeOver || other.isTimeOver
    }

    private mutating func add(_ error: String, _ number: Int) {
        let isKnown = errors[error] != nil || errors.count < Self.errorKinds
        errors[isKnown ? error : "other errors", default: 0] += number
    }
}
