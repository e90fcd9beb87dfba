/// The pauses between tries: doubled each time, and never the same for two clients.
public struct BackOff: Sendable {
    /// The pause after the first failure, before jitter.
    public var first: Duration
    /// The longest pause, before jitter.
    public var longest: Duration
    /// A number from 0 up to 1, drawn for each pause; injected so that tests know the pauses.
    public var random: @Sendable () -> Double

    /// Makes a back-off.
    public init(
        first: Duration, longest: Duration,
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.first = first
        self.longest = longest
        self.random = random
    }

    /// The pause after so many failures in a row, at least 1: from half of the doubled pause up to all of it.
    public func pause(after failures: Int) -> Duration {
        let whole = min(first * (1 << min(max(failures, 1) - 1, 20)), longest)
        return whole * (0.5 + random() / 2)
    }
}
