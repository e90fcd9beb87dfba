import NIOCore

/// When calls are to start. With a rate the times are fixed from the beginning: a server that holds up the
/// calls makes them late, not fewer.
struct CallSchedule {
    private let interval: Double?
    private let start: NIODeadline
    private let offset: Double
    private var count = 0.0

    init(rate: Double?, start: NIODeadline, share: LoopShare) {
        interval = rate.map { 1e9 / $0 * Double(share.count) }
        offset = rate.map { 1e9 / $0 * Double(share.index) } ?? 0
        self.start = start
    }

    /// The time of the next call.
    var planned: NIODeadline { start + .nanoseconds(Int64(offset + (interval ?? 0) * count)) }

    /// The planned time of a call that may start now; nil when the next one is not due.
    mutating func next(now: NIODeadline) -> NIODeadline? {
        guard interval != nil else { return now }
        let time = planned
        guard time <= now else { return nil }
        count += 1
        return time
    }
}
