import Delivery
import Synchronization

/// Something that is looked at every interval.
protocol Ticker: AnyObject, Sendable {
    /// The time from the begin of one tick to that of the next; asked again after each.
    var interval: Duration { get }

    /// Whether it is being set up; asked again after each tick.
    var isStarting: Bool { get }

    /// Looks once; bounded in time.
    func tick() async
}

/// Ticks canaries when they are due, and at once when something is worth a look: so many at a time, in the order in which
/// they fell due. Ticks of one canary never overlap.
///
/// A canary that waits has no task: a thousand of them would hold on to the stacks of their deepest ticks.
final class TickSchedule: Sendable {
    /// Looks that are asked for come no more often than this: each may write to the API server.
    static let shortestPause = Duration.milliseconds(250)
    /// How many that are being set up are ticked at once: their ticks wait for the API server alone, which more of them
    /// would not make faster, and a thousand new canaries at once would leave their stacks' memory in pieces.
    static let startingLimit = 24

    private struct Entry {
        let ticker: any Ticker
        /// When the last tick began, or would have.
        var start: Duration
        /// The time from the begin of the first tick to that of the second, in the place of the interval.
        var firstInterval: Duration?
        /// When a look was asked for that has not begun.
        var asked: Duration?
        var isTicking = false
        var isStarting: Bool

        func due(_ interval: Duration) -> Duration {
            let regular = start + interval
            return asked.map { min(regular, max($0, start + TickSchedule.shortestPause)) } ?? regular
        }
    }

    private struct State {
        var entries: [ObjectIdentifier: Entry] = [:]
        var queue = DueQueue<ObjectIdentifier>()
        /// Those that are being set up.
        var startingQueue = DueQueue<ObjectIdentifier>()
        var free: Int
        var startingFree = TickSchedule.startingLimit

        /// When the first is due that may be ticked then.
        var next: Duration? {
            mutating get {
                guard free > 0 else { return nil }
                let starting = startingFree > 0 ? startingQueue.next : nil
                return [queue.next, starting].compactMap(\.self).min()
            }
        }

        mutating func wait(_ id: ObjectIdentifier, until time: Duration, isStarting: Bool) {
            if isStarting { startingQueue.set(id, at: time) } else { queue.set(id, at: time) }
        }

        mutating func remove(_ id: ObjectIdentifier) {
            queue.remove(id)
            startingQueue.remove(id)
        }

        /// Takes the earliest that is due by then.
        mutating func take(dueBy now: Duration) -> (element: ObjectIdentifier, due: Duration)? {
            guard let next, next <= now else { return nil }
            return queue.next == next ? queue.take(dueBy: now) : startingQueue.take(dueBy: now)
        }
    }

    private let state: Mutex<State>
    private let wakeup: Wakeup
    private let elapsed: @Sendable () -> Duration
    /// Sleeps until the clock has come so far, or until woken.
    private let sleep: @Sendable (Duration) async -> Void
    private let onLateness: @Sendable (Duration) -> Void

    /// - Parameters:
    ///   - limit: how many are ticked at once.
    ///   - clock: measures and waits; injected so that tests need no time.
    ///   - onLateness: told how long after it was due each tick begins.
    init<C: Clock>(
        limit: Int, clock: C = ContinuousClock(), onLateness: @escaping @Sendable (Duration) -> Void
    )
    where C.Duration == Duration {
        let (start, wakeup) = (clock.now, Wakeup())
        state = Mutex(State(free: max(1, limit)))
        self.wakeup = wakeup
        elapsed = { start.duration(to: clock.now) }
        sleep = { await wakeup.sleep(until: start.advanced(by: $0), clock: clock) }
        self.onLateness = onLateness
    }

    /// Ticks from now on.
    ///
    /// - Parameters:
    ///   - delay: the time to the first tick.
    ///   - firstInterval: the time from the first tick to the second, so that those of many are spread; nil for the
    ///     interval.
    func add(_ ticker: any Ticker, after delay: Duration, firstInterval: Duration? = nil) {
        let interval = ticker.interval
        let entry = Entry(
            ticker: ticker, start: elapsed() + delay - interval, firstInterval: firstInterval,
            isStarting: ticker.isStarting)
        state.withLock { state in
            state.entries[ObjectIdentifier(ticker)] = entry
            state.wait(ObjectIdentifier(ticker), until: entry.due(interval), isStarting: entry.isStarting)
        }
        wakeup.signal()
    }

    /// Ticks no more; a tick that is under way goes on.
    func remove(_ ticker: any Ticker) {
        state.withLock { state in
            state.entries[ObjectIdentifier(ticker)] = nil
            state.remove(ObjectIdentifier(ticker))
        }
    }

    /// Looks soon, whatever the interval; after a tick that is under way.
    func hurry(_ ticker: any Ticker) {
        let (id, interval, now) = (ObjectIdentifier(ticker), ticker.interval, elapsed())
        state.withLock { state in
            guard var entry = state.entries[id] else { return }
            entry.asked = entry.asked ?? now
            state.entries[id] = entry
            if !entry.isTicking { state.wait(id, until: entry.due(interval), isStarting: entry.isStarting) }
        }
        wakeup.signal()
    }

    /// Ticks until the task is cancelled; forgets everybody then.
    func run() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                while let (ticker, due, isStarting) = begin() {
                    group.addTask {
                        self.onLateness(self.elapsed() - due)
                        await ticker.tick()
                        self.end(ticker, wasStarting: isStarting)
                    }
                }
                await sleep(nextLook)
            }
        }
        state.withLock { state in
            state.entries = [:]
            (state.queue, state.startingQueue) = (DueQueue(), DueQueue())
        }
    }

    private func begin() -> (any Ticker, due: Duration, isStarting: Bool)? {
        let now = elapsed()
        return state.withLock { state in
            guard let (id, due) = state.take(dueBy: now), var entry = state.entries[id] else { return nil }
            state.free -= 1
            if entry.isStarting { state.startingFree -= 1 }
            (entry.start, entry.asked, entry.isTicking) = (now, nil, true)
            state.entries[id] = entry
            return (entry.ticker, due, entry.isStarting)
        }
    }

    private func end(_ ticker: any Ticker, wasStarting: Bool) {
        let (id, interval, isStarting) = (ObjectIdentifier(ticker), ticker.interval, ticker.isStarting)
        state.withLock { state in
            state.free += 1
            if wasStarting { state.startingFree += 1 }
            guard var entry = state.entries[id], entry.isTicking else { return }
            let due = entry.due(entry.firstInterval ?? interval)
            if let first = entry.firstInterval { entry.start += first - interval }
            (entry.firstInterval, entry.isTicking, entry.isStarting) = (nil, false, isStarting)
            state.entries[id] = entry
            state.wait(id, until: due, isStarting: isStarting)
        }
        wakeup.signal()
    }

    /// When the next tick is due; nil while nobody waits for one.
    var next: Duration? {
        state.withLock { state in [state.queue.next, state.startingQueue.next].compactMap(\.self).min() }
    }

    /// When to look again, unless woken: when all are busy, the end of a tick wakes.
    private var nextLook: Duration { state.withLock { $0.next } ?? elapsed() + .seconds(3600) }
}
