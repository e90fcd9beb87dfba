/// Counts of durations below fixed bounds, as Prometheus wants them; the bounds are its clients' usual ones.
public struct DurationHistogram: Sendable {
    /// The bounds, ascending.
    public static let boundsInSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    /// How many durations were at most the bound at the same place.
    public private(set) var counts = Array(repeating: 0, count: boundsInSeconds.count)
    /// How many there were.
    public private(set) var count = 0
    /// Their sum.
    public private(set) var sumInSeconds = 0.0

    /// Counts nothing yet.
    public init() {}

    /// Counts a duration.
    public mutating func add(_ duration: Duration) {
        let seconds = duration / .seconds(1)
        count += 1
        sumInSeconds += seconds
        for (place, bound) in Self.boundsInSeconds.enumerated() where seconds <= bound { counts[place] += 1 }
    }
}
