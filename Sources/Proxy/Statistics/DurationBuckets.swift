/// The fixed buckets that durations are counted in: 16 to each doubling, from 1 µs to over an hour.
enum DurationBuckets {
    static let count = 16 + 28 * 16

    /// The bucket of a duration; longer ones than the last bucket's belong to the last.
    @inline(__always)
    static func index(nanoseconds: UInt64) -> Int {
        let microseconds = nanoseconds / 1000
        if microseconds < 16 { return Int(microseconds) }
        let clamped = min(microseconds, 0xFFFF_FFFF)
        let exponent = 63 - clamped.leadingZeroBitCount
        return (exponent - 3) * 16 + Int(clamped >> UInt64(exponent - 4)) - 16
    }

    /// The middle of a bucket.
    static func duration(_ index: Int) -> Duration {
        if index < 16 { return .nanoseconds(index * 1000 + 500) }
        let shift = index / 16 - 1
        let low = (16 + index % 16) << shift
        return .nanoseconds((low * 2 + 1 << shift) * 500)
    }

    /// The duration below which a share of the counted ones lies; zero when nothing was counted.
    static func percentile(_ share: Double, of counts: [UInt64]) -> Duration {
        let total = counts.reduce(0, +)
        guard total > 0 else { return .zero }
        let rank = max(1, UInt64((Double(total) * share).rounded(.up)))
        var seen: UInt64 = 0
        for (index, count) in counts.enumerated() {
            seen += count
            if seen >= rank { return duration(index) }
        }
        return duration(counts.count - 1)
    }
}
