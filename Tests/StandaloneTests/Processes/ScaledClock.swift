/// A clock on which time passes faster by a factor.
struct ScaledClock: Clock {
    let factor: Int
    private let origin = ContinuousClock.now

    init(factor: Int) { self.factor = factor }

    var now: ContinuousClock.Instant {
        origin.advanced(by: origin.duration(to: .now) * factor)
    }

    var minimumResolution: Duration { .nanoseconds(factor) }

    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
        try await Task.sleep(for: now.duration(to: deadline) / factor)
    }
}
