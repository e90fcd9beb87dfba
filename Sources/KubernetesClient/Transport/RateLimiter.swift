import Synchronization

/// A token bucket: so many requests a second in the long run, so many at once after a rest; first come, first served.
final class RateLimiter: Sendable {
    private let interval: Duration
    private let burst: Int
    private let clock: any Clock<Duration>
    private let elapsed: @Sendable () -> Duration
    /// When the bucket would be full again.
    private let full: Mutex<Duration>

    /// - Parameters:
    ///   - rate: requests a second, above 0.
    ///   - burst: requests at once, at least 1.
    init(
        rate: Double, burst: Int, clock: any Clock<Duration>, elapsed: @escaping @Sendable () -> Duration
    ) {
        interval = .seconds(1) / rate
        self.burst = max(burst, 1)
        self.clock = clock
        self.elapsed = elapsed
        full = Mutex(elapsed())
    }

    /// Returns when the request may be sent.
    func wait() async throws {
        let now = elapsed()
        let pause = full.withLock { full in
            full = max(full, now) + interval
            return full - now - interval * burst
        }
        if pause > .zero { try await clock.sleep(for: pause) }
    }
}
