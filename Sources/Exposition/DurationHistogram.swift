/// Counts of durations below fixed bounds, as Prometheus wants them.
public struct DurationHistogram: Sendable {
    /// The bounds that Prometheus' clients usually have.
    public static let usualBoundsInSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    /// The upper bounds, ascending.
    public let boundsInSeconds: [Double]
    /// How many durations were at most the bound at the same place.
    public private(set) var counts: [Int]
    /// How many durations were added.
    public private(set) var count = 0
    /// What they add up to.
    public private(set) var sumInSeconds = 0.0

    /// Creates an empty histogram with ascending bounds.
    public init(boundsInSeconds: [Double] = Self.usualBoundsInSeconds) {
        self.boundsInSeconds = boundsInSeconds
        counts = Array(repeating: 0, count: boundsInSeconds.count)
    }

    /// Adds a duration.
    public mutating func add(_ duration: Duration) { add(seconds: duration / .seconds(1)) }

    /// Adds a duration in seconds.
    public mutating func add(seconds: Double) {
        count += 1
        sumInSeconds += seconds
        for (place, bound) in boundsInSeconds.enumerated() where seconds <= bound { counts[place] += 1 }
    }
}
