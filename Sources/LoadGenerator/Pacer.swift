import NIOCore

/// Says when a worker may start its next request.
struct Pacer {
    private let interval: TimeAmount?
    private var planned: NIODeadline

    /// - Parameters:
    ///   - rate: requests a second; nil for no limit.
    ///   - position: 0 to 1, which spreads the workers over the first interval.
    init(rate: Double?, start: NIODeadline, position: Double) {
        interval = rate.map { .nanoseconds(Int64(1e9 / $0)) }
        planned = start + .nanoseconds(Int64(Double(interval?.nanoseconds ?? 0) * position))
    }

    /// The time for the next request; a worker that is late starts at once and does not catch up.
    mutating func next(now: NIODeadline) -> NIODeadline {
        guard let interval else { return now }
        let start = max(planned, now)
        planned = start + interval
        return start
    }
}
