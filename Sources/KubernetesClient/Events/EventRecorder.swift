public import Foundation
public import Logging
public import ServiceLifecycle
import Synchronization

/// Tells the cluster what happened to its objects, without ever making the caller wait.
///
/// The same event again (kind, reason, message and object) raises the count of the first one. Events that can't be
/// delivered are dropped, and the log says how many: events inform people, nothing depends on them.
public final class EventRecorder: Service {
    enum Signal: Sendable {
        case event(KubernetesEvent, Date)
        case tick
    }

    let api: any KubernetesAPI
    let source: EventSource
    let limits: Limits
    let backOff: BackOff
    let clock: any Clock<Duration>
    let now: @Sendable () -> Date
    let logger: Logger
    private let signals: AsyncStream<Signal>
    private let queue: AsyncStream<Signal>.Continuation
    private let dropped = Mutex(0)

    /// Makes a recorder; `run()` delivers what it records.
    ///
    /// - Parameters:
    ///   - api: writes events.
    ///   - source: who reports.
    ///   - limits: sizes and times.
    ///   - backOff: the pauses between tries.
    ///   - clock: waits; injected so that tests need no time.
    ///   - now: the time that events show.
    ///   - logger: gets a line for events that could not be delivered.
    public init(
        api: any KubernetesAPI, source: EventSource, limits: Limits = Limits(),
        backOff: BackOff = BackOff(first: .milliseconds(500), longest: .seconds(10)),
        clock: any Clock<Duration> = ContinuousClock(), now: @escaping @Sendable () -> Date = { Date() },
        logger: Logger = Logger(label: "events")
    ) {
        self.api = api
        self.source = source
        self.limits = limits
        self.backOff = backOff
        self.clock = clock
        self.now = now
        self.logger = logger
        (signals, queue) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(limits.queue))
    }

    /// Records an event; returns at once, whatever the server does.
    public func record(_ event: KubernetesEvent) {
        if case .dropped = queue.yield(.event(event, now())) { drop() }
    }

    /// The number of events that were dropped so far.
    public var droppedCount: Int { dropped.withLock { $0 } }

    /// Delivers events until the task is cancelled or the service group shuts down; then delivers what is queued, for a
    /// bounded time.
    public func run() async {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                while (try? await self.clock.sleep(for: self.limits.updates / 4)) != nil {
                    self.queue.yield(.tick)
                }
                return false
            }
            group.addTask {
                await self.deliver()
                return true
            }
            group.addTask {
                guard (try? await gracefulShutdown()) != nil else { return false }
                self.queue.finish()
                return (try? await self.clock.sleep(for: self.limits.farewell)) != nil
            }
            for await isOver in group where isOver { break }
            group.cancelAll()
        }
    }

    private func deliver() async {
        var delivery = EventDelivery(recorder: self)
        var reported = 0
        for await signal in signals {
            switch signal {
            case .event(let event, let date): await delivery.deliver(event, at: date)
            case .tick: await delivery.update()
            }
            let dropped = droppedCount
            if case .tick = signal, dropped > reported {
                logger.warning("\(dropped - reported) events were dropped", metadata: ["total": "\(dropped)"])
                reported = dropped
            }
        }
        if !Task.isCancelled { await delivery.updateAll() }
        let dropped = droppedCount
        if dropped > reported { logger.warning("\(dropped - reported) events were dropped") }
    }

    func drop() { dropped.withLock { $0 += 1 } }
}
