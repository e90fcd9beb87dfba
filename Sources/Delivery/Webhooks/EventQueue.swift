public import FlaggerAPI
import Synchronization

/// Tells event hooks what was announced: in order, one after the other, without ever delaying the rollout.
///
/// Bounded: when receivers are too slow, the oldest entries give way, and how many is reported with the next
/// delivery.
public final class EventQueue: Sendable {
    /// One announcement on its way to every event hook.
    struct Delivery: Sendable {
        var endpoint: HookEndpoint
        var payload: CanaryWebhookPayload
        var name: String
    }

    private let capacity: Int
    private let caller: any HookCaller
    private let report: @Sendable (HookRecord) async -> Void
    private let stream: AsyncStream<Delivery>
    private let continuation: AsyncStream<Delivery>.Continuation
    private let dropped = Mutex(0)

    /// Makes a queue; `run()` must run for anything to be delivered.
    ///
    /// - Parameters:
    ///   - capacity: deliveries that may wait.
    ///   - caller: calls the hooks.
    ///   - report: hears of every call.
    public init(
        capacity: Int = 1000, caller: any HookCaller, report: @escaping @Sendable (HookRecord) async -> Void
    ) {
        self.capacity = capacity
        self.caller = caller
        self.report = report
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(capacity))
    }

    /// Queues a call and returns at once.
    public func enqueue(_ payload: CanaryWebhookPayload, to endpoint: HookEndpoint, name: String) {
        let result = continuation.yield(Delivery(endpoint: endpoint, payload: payload, name: name))
        if case .dropped = result { dropped.withLock { $0 += 1 } }
    }

    /// How many deliveries gave way so far.
    public var droppedCount: Int { dropped.withLock { $0 } }

    /// Lets `run()` return once what waits is delivered.
    public func finish() { continuation.finish() }

    /// Delivers until the task is cancelled or the queue is finished.
    public func run() async {
        var reported = 0
        for await delivery in stream {
            let lost = droppedCount - reported
            if lost > 0 {
                reported += lost
                await report(record(of: delivery, HookOutcome(error: tooSlow(lost), attempts: 0)))
            }
            let outcome = await caller.call(delivery.endpoint, payload: delivery.payload)
            await report(record(of: delivery, outcome))
        }
    }

    private func record(of delivery: Delivery, _ outcome: HookOutcome) -> HookRecord {
        HookRecord(
            type: "event", name: delivery.name, url: delivery.endpoint.url, phase: delivery.payload.phase,
            outcome: outcome)
    }

    private func tooSlow(_ count: Int) -> String {
        "\(count) events were not told: receivers are too slow, and \(capacity) wait already"
    }
}
