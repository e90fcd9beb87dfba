/// How a cache paces its requests.
public struct CacheTiming: Sendable {
    /// The number of objects read at once; 0 for all.
    public var pageSize: Int
    /// The pauses after failures.
    public var backOff: BackOff
    /// A watch that ends sooner than this counts as a failure, so that a server that ends each at once is left in peace.
    public var shortestWatch: Duration
    /// Measures and waits; injected so that tests need no time.
    public var clock: any Clock<Duration>

    /// Makes a timing; by default pages of 250, and pauses from 0.5 s to 30 s.
    public init(
        pageSize: Int = 250, backOff: BackOff = BackOff(first: .seconds(1), longest: .seconds(30)),
        shortestWatch: Duration = .seconds(1), clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.pageSize = pageSize
        self.backOff = backOff
        self.shortestWatch = shortestWatch
        self.clock = clock
    }
}
