/// How patiently and how fast a client asks.
public struct ClientPolicy: Sendable {
    /// Requests a second in the long run; nil for no limit.
    public var requestsPerSecond: Double?
    /// Requests at once after a rest.
    public var burst: Int
    /// The time for one try, from its start to the last byte of the answer.
    public var requestTimeout: Duration
    /// The time to open a connection, TLS included.
    public var connectTimeout: Duration
    /// Tries of a request that may be repeated.
    public var tries: Int
    /// The pauses between tries.
    public var backOff: BackOff
    /// The longest pause that the server may ask for with `Retry-After`.
    public var longestRetryAfter: Duration
    /// The longest answer in bytes.
    public var longestAnswer: Int
    /// The longest event of a watch in bytes; the server keeps objects of 1.5 MiB at most.
    public var longestEvent: Int
    /// How long the server is asked to go on with a watch; up to a fifth less, so that not all end at once.
    public var watchDuration: Duration
    /// How much longer than that a watch may take before its connection counts as dead.
    public var watchMargin: Duration
    /// Waits; injected so that tests need no time.
    public var clock: any Clock<Duration>

    /// Makes a policy; by default the peer's 100 requests a second and 250 at once, 30 s a request, four tries.
    public init(requestsPerSecond: Double? = 100, burst: Int = 250) {
        self.requestsPerSecond = requestsPerSecond
        self.burst = burst
        requestTimeout = .seconds(30)
        connectTimeout = .seconds(10)
        tries = 4
        backOff = BackOff(first: .milliseconds(200), longest: .seconds(5))
        longestRetryAfter = .seconds(30)
        longestAnswer = 128 << 20
        longestEvent = 8 << 20
        watchDuration = .seconds(300)
        watchMargin = .seconds(15)
        clock = ContinuousClock()
    }

    /// What is wrong with the numbers; nil when they can be used.
    public var problem: String? {
        if let rate = requestsPerSecond, !(rate > 0 && rate.isFinite) {
            return "-kubeconfig-qps \(rate): must be above 0"
        }
        if burst < 1 { return "-kubeconfig-burst \(burst): must be at least 1" }
        if tries < 1 { return "tries \(tries): must be at least 1" }
        return nil
    }
}
