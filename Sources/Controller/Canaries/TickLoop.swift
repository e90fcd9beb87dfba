import Delivery
import Synchronization

/// Ticks one canary every interval, and at once when something is worth a look. Ticks never overlap.
final class TickLoop: Sendable {
    /// Looks that are asked for come no more often than this.
    static let shortestPause = Duration.milliseconds(250)

    private let wakeup = Wakeup()
    private let isLookDue = Mutex(false)
    private let slots: TickSlots
    private let interval: @Sendable () -> Duration
    private let tick: @Sendable () async -> Void

    /// - Parameters:
    ///   - slots: bounds how many canaries are ticked at once.
    ///   - interval: the time from one tick to the next; asked again whenever it may have changed.
    ///   - tick: looks once.
    init(
        slots: TickSlots, interval: @escaping @Sendable () -> Duration,
        tick: @escaping @Sendable () async -> Void
    ) {
        self.slots = slots
        self.interval = interval
        self.tick = tick
    }

    /// Looks soon, whatever the interval.
    func hurry() {
        isLookDue.withLock { $0 = true }
        wakeup.signal()
    }

    /// Ticks until the task is cancelled.
    ///
    /// - Parameter delay: the time to the first tick, so that those of many canaries are spread.
    func run(after delay: Duration) async {
        var start = ContinuousClock.now - interval() + delay
        while true {
            await pause(since: start)
            guard !Task.isCancelled else { return }
            start = ContinuousClock.now
            await slots.withSlot(tick)
        }
    }

    private func pause(since start: ContinuousClock.Instant) async {
        while !Task.isCancelled {
            let isDue = isLookDue.withLock { $0 }
            let wanted = isDue ? min(Self.shortestPause, interval()) : interval()
            let left = wanted - (ContinuousClock.now - start)
            guard left > .zero else {
                isLookDue.withLock { $0 = false }
                return
            }
            await wakeup.sleep(atMost: left)
        }
    }
}
