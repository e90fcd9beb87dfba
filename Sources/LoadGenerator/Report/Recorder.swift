import Histogram

/// What one event loop measured; merged at the end. Its size does not grow with the run.
struct Recorder: Sendable {
    /// Distinct failures told apart; the rest are counted together.
    static let failureKinds = 50
    /// Answers kept one by one, as hey keeps them.
    static let sampleCapacity = 1_000_000

    private(set) var latencies = Histogram<UInt64>(
        lowestDiscernibleValue: 1000, highestTrackableValue: 4 * 3_600_000_000_000,
        numberOfSignificantValueDigits: .three)
    private(set) var total = Spread()
    private(set) var dial = Spread()
    private(set) var lookup = Spread()
    private(set) var write = Spread()
    private(set) var wait = Spread()
    private(set) var read = Spread()
    private(set) var bytes = 0
    /// Answers by status code, which has three digits.
    private var byStatus = [Int](repeating: 0, count: 1000)
    private(set) var failures: [LoadFailure: Int] = [:]
    private(set) var samples: [Sample] = []
    let keepsSamples: Bool
    /// Requests of an open loop that were started more than ``latenessGrace`` after their planned time.
    private(set) var late = 0
    /// The greatest lateness, in nanoseconds.
    private(set) var greatestLateness: Int64 = 0
    /// Requests of an open loop that were due and never started.
    var unsent = 0

    /// What a timer and a busy processor may add, in nanoseconds.
    static let latenessGrace: Int64 = 1_000_000

    init(keepsSamples: Bool) {
        self.keepsSamples = keepsSamples
    }

    /// Answers by status code.
    var statuses: [Int: Int] {
        Dictionary(uniqueKeysWithValues: byStatus.enumerated().filter { $1 > 0 }.map { ($0, $1) })
    }

    /// Requests that ended, with an answer or without.
    var requests: Int { total.count + failures.values.reduce(0, +) }

    mutating func record(_ sample: Sample, bytes: Int) {
        latencies.record(UInt64(clamping: min(sample.total, 4 * 3_600_000_000_000)))
        total.record(sample.total)
        dial.record(sample.dial)
        lookup.record(sample.lookup)
        write.record(sample.write)
        wait.record(sample.wait)
        read.record(sample.read)
        byStatus[min(max(sample.status, 0), 999)] += 1
        self.bytes += bytes
        if keepsSamples, samples.count < Self.sampleCapacity { samples.append(sample) }
    }

    mutating func record(_ failure: LoadFailure) {
        count(failure, 1)
    }

    /// Notes how long after its planned time a request was started.
    mutating func recordLateness(_ nanoseconds: Int64) {
        greatestLateness = max(greatestLateness, nanoseconds)
        if nanoseconds > Self.latenessGrace { late += 1 }
    }

    /// Forgets the answers one by one, not what was counted of them.
    mutating func dropSamples() {
        samples = []
    }

    mutating func add(_ other: Recorder) {
        latencies.add(other.latencies)
        total.add(other.total)
        dial.add(other.dial)
        lookup.add(other.lookup)
        write.add(other.write)
        wait.add(other.wait)
        read.add(other.read)
        bytes += other.bytes
        for status in byStatus.indices { byStatus[status] += other.byStatus[status] }
        late += other.late
        greatestLateness = max(greatestLateness, other.greatestLateness)
        unsent += other.unsent
        for (failure, number) in other.failures { count(failure, number) }
        samples += other.samples.prefix(Self.sampleCapacity - samples.count)
    }

    private mutating func count(_ failure: LoadFailure, _ number: Int) {
        let isKnown = failures[failure] != nil || failures.count < Self.failureKinds
        let other = LoadFailure(cause: .other, description: "other errors")
        failures[isKnown ? failure : other, default: 0] += number
    }
}

/// One answer, in nanoseconds.
struct Sample: Sendable {
    /// From the planned start until the last byte.
    var total: Int64
    /// Lookup and connecting; 0 on a connection used again.
    var dial: Int64
    var lookup: Int64
    var write: Int64
    /// From the request's last byte until the answer's first.
    var wait: Int64
    var read: Int64
    var status: Int
    /// When it started, since the start of the run.
    var offset: Int64
}
