/// A moment of wall-clock time, since deadlines must survive a restart.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public var milliseconds: Int64

    /// Makes a moment from milliseconds since the Unix epoch.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Whether one moment is before another.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The time from this moment to a later one; zero when the clock went back.
    public func elapsed(until later: Timestamp) -> Duration {
        .milliseconds(max(0, later.milliseconds - milliseconds))
    }
}
