import Synchronization

/// A clock that moves only when a test moves it.
public final class ManualClock: Clock, Sendable {
    /// A moment, as the time since the clock's start.
    public struct Instant: InstantProtocol {
        /// The time since the clock's start.
        public let elapsed: Duration
        /// A later moment.
        public func advanced(by duration: Duration) -> Instant { Instant(elapsed: elapsed + duration) }
        /// The time until another moment.
        public func duration(to other: Instant) -> Duration { other.elapsed - elapsed }
        /// Earlier is less.
        public static func < (left: Instant, right: Instant) -> Bool { left.elapsed < right.elapsed }
    }

    private struct State {
        var now = Duration.zero
        var next = 0
        /// Counts each begin and end of a sleep: while it moves, somebody is at work.
        var activity = 0
        var sleepers: [Int: (until: Duration, continuation: CheckedContinuation<Void, any Error>)] = [:]
        var cancelled: Set<Int> = []
    }

    private let state = Mutex(State())

    /// A clock at zero.
    public init() {}

    /// The present moment.
    public var now: Instant { Instant(elapsed: elapsed) }
    /// The time since the clock's start.
    public var elapsed: Duration { state.withLock { $0.now } }
    /// No smaller step is told apart.
    public var minimumResolution: Duration { .nanoseconds(1) }
    /// How many tasks sleep.
    public var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// Returns when the clock has been moved that far.
    public func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let answer: Result<Void, any Error>? = state.withLock { state in
                    if state.cancelled.remove(number) != nil { return .failure(CancellationError()) }
                    if state.now >= deadline.elapsed { return .success(()) }
                    state.sleepers[number] = (deadline.elapsed, continuation)
                    state.activity += 1
                    return nil
                }
                if let answer { continuation.resume(with: answer) }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                if let sleeper = state.sleepers.removeValue(forKey: number) {
                    state.activity += 1
                    return sleeper.continuation as Optional
                }
                state.cancelled.insert(number)
                return nil
            }
            sleeper?.resume(throwing: CancellationError())
        }
    }

    /// Moves the clock, and wakes who has slept long enough.
    public func advance(by duration: Duration) {
        let woken = state.withLock { state in
            state.now += duration
            let due = state.sleepers.filter { $0.value.until <= state.now }
            for number in due.keys { state.sleepers[number] = nil }
            state.activity += due.count
            return due.values.sorted { $0.until < $1.until }.map(\.continuation)
        }
        woken.forEach { $0.resume() }
    }

    /// Moves the clock in steps, letting tasks run in between, until something holds or the time is over.
    ///
    /// What holds late only because the machine is busy is waited for, without moving the clock, for 20 s of real time.
    ///
    /// - Returns: whether it holds.
    @discardableResult
    public func run(
        for duration: Duration, step: Duration = .milliseconds(100), until holds: () -> Bool
    ) async -> Bool {
        let end = elapsed + duration
        while elapsed < end {
            if holds() { return true }
            await pass(step)
        }
        let limit = ContinuousClock.now + .seconds(20)
        while !holds(), ContinuousClock.now < limit { await Task.yield() }
        return holds()
    }

    /// Moves the clock in steps, letting tasks run in between, as long as something holds.
    ///
    /// - Returns: whether it held all the time.
    @discardableResult
    public func run(
        for duration: Duration, step: Duration = .milliseconds(100), while holds: () -> Bool = { true }
    ) async -> Bool {
        let end = elapsed + duration
        while elapsed < end, holds() { await pass(step) }
        await settle(.milliseconds(20))
        return holds()
    }

    /// Moves the clock by a step, and gives those whom it woke time to sleep again.
    private func pass(_ step: Duration) async {
        let sleepers = sleeperCount
        advance(by: step)
        // On a busy machine that takes a while; who was woken last may not sleep again at all.
        let limit = ContinuousClock.now + .seconds(1)
        repeat { await settle() } while sleeperCount < sleepers && ContinuousClock.now < limit
    }

    /// Lets other tasks run until nobody has begun or ended a sleep for a while.
    private func settle(_ pause: Duration = .milliseconds(1)) async {
        var seen = -1
        while seen != state.withLock({ $0.activity }) {
            seen = state.withLock { $0.activity }
            let quiet = ContinuousClock.now + pause
            repeat { for _ in 0..<20 { await Task.yield() } } while ContinuousClock.now < quiet
        }
    }
}
