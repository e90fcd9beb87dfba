import NIOCore

/// The planned send times of an open loop: evenly spaced, whatever the server does.
struct Schedule {
    private let start: NIODeadline
    private let rate: Double
    private let first: Int
    private let step: Int
    /// Requests that were taken.
    private(set) var taken = 0
    /// When the next one is due.
    private(set) var next: NIODeadline

    /// - Parameters:
    ///   - rate: requests a second of the whole run.
    ///   - first: number of this part among `step` parts, which take turns.
    init(rate: Double, start: NIODeadline, first: Int, step: Int) {
        self.rate = rate
        self.start = start
        self.first = first
        self.step = step
        next = start
        next = time(of: 0)
    }

    private func time(of index: Int) -> NIODeadline {
        start + .nanoseconds(Int64(Double(first + index * step) * 1e9 / rate))
    }

    /// Takes the next request.
    ///
    /// - Returns: its planned time.
    mutating func take() -> NIODeadline {
        let planned = next
        taken += 1
        next = time(of: taken)
        return planned
    }

    /// Requests that are due before a time, taken or not.
    func due(before end: NIODeadline) -> Int {
        guard end > start else { return 0 }
        // Rounding is put right by looking at the neighbours.
        var count = max(0, (Int(Double((end - start).nanoseconds) * rate / 1e9) - first) / step)
        while time(of: count) < end { count += 1 }
        while count > 0, time(of: count - 1) >= end { count -= 1 }
        return count
    }
}
