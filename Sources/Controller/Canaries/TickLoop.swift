import Delivery
import Synchronization

/// Ticks one canary every interval, and at once when something is worth a look. Ticks never overlap.
final class TickLoop: Sendable {
    /// Looks that are asked for come no more often than this.
    static let shortestPause = Duration.milliseconds(250)

    private let wakeup = Wakeup()
    /// When a look was asked for that has not begun.
    private let asked = Mutex<ContinuousClock.Instant?>(nil)
    private let slots: TickSlots
    private let interval: @Sendable () -> Duration
    private let onLateness: @Sendable (Duration) -> Void
    private let tick: @Sendable () async -> Void

    /// - Parameters:
    ///   - slots: bounds how many canaries are ticked at once.
    ///   - interval: the time from one tick to the next; asked again whenever it may have changed.
    ///   - onLateness: told how long after it was due each tick begins, waiting for a slot included.
    ///   - tick: looks once.
    init(
        slots: TickSlots, interval: @escaping @Sendable () -> Duration,
        onLateness: @escaping @Sendable (Duration) -> Void,
        tick: @escaping @Sendable () async -> Void
    ) {
        self.slots = slots
        self.interval = interval
        self.onLateness = onLateness
        self.tick = tick
    }

    /// Looks soon, whatever the interval.
    func hurry() {
        asked.withLock { $0 = $0 ?? .now }
        wakeup.signal()
    }

    /// Ticks until the task is cancelled.
    ///
    /// - Parameter delay: the time to the first tick, so that those of many canaries are spread.
    func run(after delay: Duration) async {
        var start = ContinuousClock.now - interval() + delay
        while let due = await pause(since: start) {
            start = .now
            await slots.withSlot {
                onLateness(ContinuousClock.now - due)
                await tick()
            }
        }
    }

    /// Waits for the next tick; returns when it was due, or nil when the task is cancelled.
    private func pause(since start: ContinuousClock.Instant) async -> ContinuousClock.Instant? {
        while !Task.isCancelled {
            var due = start + interval()
            let asked = asked.withLock { $0 }
            if let asked { due = min(due, max(asked, start + Self.shortestPause)) }
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
