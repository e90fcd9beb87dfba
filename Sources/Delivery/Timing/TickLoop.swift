import Synchronization

/// Ticks one canary every interval, and at once when something is worth a look. Ticks never overlap.
///
/// The interval counts from the beginning of a tick to that of the next. After a tick that took longer
/// the next follows at once; those that it missed are not made up for.
public final class TickLoop: Sendable {
    private let wakeup = Wakeup()
    /// When a look was asked for that has not begun.
    private let asked = Mutex<ContinuousClock.Instant?>(nil)
    private let shortestPause: Duration
    private let interval: @Sendable () -> Duration
    private let tick: @Sendable (ContinuousClock.Instant) async -> Void

    /// Makes a loop that `run` starts.
    ///
    /// - Parameters:
    ///   - shortestPause: looks that are asked for come no more often than this.
    ///   - interval: the time from one tick to the next; asked again whenever it may have changed.
    ///   - tick: looks once; told when it was due.
    public init(
        shortestPause: Duration, interval: @escaping @Sendable () -> Duration,
        tick: @escaping @Sendable (ContinuousClock.Instant) async -> Void
    ) {
        self.shortestPause = shortestPause
        self.interval = interval
        self.tick = tick
    }

    /// Looks soon, whatever the interval.
    public func hurry() {
        asked.withLock { $0 = $0 ?? .now }
        wakeup.signal()
    }

    /// The interval may have changed: the next tick is due by the one that holds now.
    public func intervalChanged() { wakeup.signal() }

    /// Ticks until the task is cancelled.
    ///
    /// - Parameter delay: the time to the first tick, so that those of many canaries are spread.
    public func run(after delay: Duration) async {
        var start = ContinuousClock.now - interval() + delay
        while let due = await pause(since: start) {
            start = .now
            await tick(due)
        }
    }

    /// Waits for the next tick; returns when it was due, or nil when the task is cancelled.
    private func pause(since start: ContinuousClock.Instant) async -> ContinuousClock.Instant? {
        while !Task.isCancelled {
            var due = start + interval()
            let asked = asked.withLock { $0 }
            if let asked { due = min(due, max(asked, start + shortestPause)) }
            let left = due - .now
            guard left > .zero else {
                self.asked.withLock { $0 = nil }
                return due
            }
            await wakeup.sleep(atMost: left)
        }
        return nil
    }
}
