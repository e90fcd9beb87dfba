/// Tells a client that cancels most of its calls, to make work at no cost to itself, from one whose calls
/// are cancelled now and then.
struct CancellationWatch {
    private let most: Int
    private let window: UInt64
    private var windowEnd: UInt64 = 0
    private var calls = 0
    private var cancelled = 0

    init(limits: ProxyLimits, times: ProxyTimes) {
        most = limits.cancelledCalls
        window = times.cancelWindow
    }

    mutating func callBegan(at now: UInt64) {
        if now >= windowEnd {
            (calls, cancelled) = (0, 0)
            windowEnd = now &+ window
        }
        calls += 1
    }

    /// - Returns: whether the client has to be cut off.
    mutating func callWasCancelled() -> Bool {
        cancelled += 1
        return cancelled > most && cancelled * 2 > calls
    }
}
