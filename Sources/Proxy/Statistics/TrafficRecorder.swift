/// How a request ended, as far as statistics are concerned.
enum RequestOutcome {
    case served, failed, cancelled
}

/// Counts the requests of one side on one event loop, in a ring of one bucket for each of the last
/// 600 seconds. Memory is fixed, and recording neither allocates nor locks.
final class TrafficRecorder {
    static let seconds = 600

    private struct Second {
        var stamp: UInt64 = .max
        var requests: UInt32 = 0
        var failures: UInt32 = 0
        var cancelled: UInt32 = 0
    }

    private var ring = [Second](repeating: Second(), count: seconds)
    private let durations = UnsafeMutableBufferPointer<UInt32>.allocate(
        capacity: seconds * DurationBuckets.count)

    /// Memory of seconds without traffic is not touched, so that it costs nothing.
    init() {}

    deinit { durations.deallocate() }

    /// Counts a request that ended at `now`; both times are in nanoseconds of one monotonic clock.
    func record(_ outcome: RequestOutcome, started: UInt64, now: UInt64) {
        let stamp = now / 1_000_000_000
        let slot = Int(stamp % UInt64(Self.seconds))
        let first = slot * DurationBuckets.count
        if ring[slot].stamp != stamp {
            ring[slot] = Second(stamp: stamp)
            UnsafeMutableBufferPointer(rebasing: durations[first..<first + DurationBuckets.count])
                .update(repeating: 0)
        }
        ring[slot].requests &+= 1
        switch outcome {
        case .served: break
        case .failed: ring[slot].failures &+= 1
        case .cancelled: ring[slot].cancelled &+= 1
        }
        durations[first + DurationBuckets.index(nanoseconds: now &- min(now, started))] &+= 1
    }

    /// The sums over the whole seconds that end with the present one.
    func sample(seconds: Int, now: UInt64) -> TrafficSample {
        var sample = TrafficSample()
        let last = now / 1_000_000_000
        let window = UInt64(min(max(seconds, 1), Self.seconds))
        let first = last >= window ? last - window + 1 : 0
        for (slot, second) in ring.enumerated() where second.stamp >= first && second.stamp <= last {
            sample.requests += Int(second.requests)
            sample.failures += Int(second.failures)
            sample.cancelled += Int(second.cancelled)
            let start = slot * DurationBuckets.count
            for index in 0..<DurationBuckets.count {
                sample.durations[index] += UInt64(durations[start + index])
            }
        }
        return sample
    }
}

/// The sums of one recorder, to be added to those of other event loops.
struct TrafficSample: Sendable {
    var requests = 0
    var failures = 0
    var cancelled = 0
    var durations = [UInt64](repeating: 0, count: DurationBuckets.count)

    mutating func add(_ other: TrafficSample) {
        requests += other.requests
        failures += other.failures
        cancelled += other.cancelled
        for index in durations.indices { durations[index] += other.durations[index] }
    }

    var statistics: TrafficStatistics {
        TrafficStatistics(
            requests: requests, failures: failures, cancelled: cancelled,
            durationP99: DurationBuckets.percentile(0.99, of: durations),
            durationP50: DurationBuckets.percentile(0.5, of: durations))
    }
}
