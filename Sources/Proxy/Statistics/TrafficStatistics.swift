/// What one side served in a window of time.
public struct TrafficStatistics: Equatable, Sendable {
    /// Requests that ended in the window, mirrored ones among them.
    public var requests = 0
    /// Those that ended with a status of 500 or above, the proxy's own 502, 503 and 504 for the side among
    /// them, those whose response broke off, and gRPC calls whose status is the server's fault.
    public var failures = 0
    /// Those whose client hung up before the response was complete; never a failure of the side.
    public var cancelled = 0
    /// The 99th percentile of the durations, within 3 %; zero without requests.
    public var durationP99: Duration = .zero
    /// The median of the durations, within 3 %; zero without requests.
    public var durationP50: Duration = .zero

    /// The share of requests that did not fail, in percent; nil without requests.
    public var successRate: Double? {
        requests == 0 ? nil : 100 * Double(requests - failures) / Double(requests)
    }
}
