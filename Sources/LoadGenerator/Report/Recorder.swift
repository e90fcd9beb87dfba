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
    private(set) var statuses: [Int: Int] = [:]
    private(set) var failures: [LoadFailure: Int] = [:]
    private(set) var samples: [Sample] = []
    let keepsSamples: Bool

    init(keepsSamples: Bool) {
        self.keepsSamples = keepsSamples
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
        statuses[sample.status, default: 0] += 1
        self.bytes += bytes
        if keepsSamples, samples.count < Self.sampleCapacity { samples.append(sample) }
    }

    mutating func record(_ failure: LoadFailure) {
        count(failure, 1)
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
        statuses.merge(other.statuses, uniquingKeysWith: +)
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
