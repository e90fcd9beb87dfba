import FlaggerAPI
import Synchronization
import Testing

@testable import Delivery

@Suite("EventQueue")
struct EventQueueTests {
    /// Answers when told to, and remembers the order of calls.
    private final class Receiver: HookCaller {
        let received = Mutex<[String]>([])
        let gate: AsyncStream<Void>

        init(gate: AsyncStream<Void>) { self.gate = gate }

        func call(_ endpoint: HookEndpoint, payload: CanaryWebhookPayload) async -> HookOutcome {
            for await _ in gate { break }
            received.withLock { $0.append(payload.checksum) }
            return HookOutcome(status: 200)
        }
    }

    private func payload(_ number: Int) -> CanaryWebhookPayload {
        CanaryWebhookPayload(
            name: "podinfo", namespace: "test", phase: "Progressing", checksum: "\(number)", metadata: [:])
    }

    @Test("delivers in order, however slow the receiver, without holding up whoever enqueues")
    func keepsOrder() async {
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let receiver = Receiver(gate: gate)
        let queue = EventQueue(caller: receiver) { _ in }
        for number in 0..<50 { queue.enqueue(payload(number), to: HookEndpoint(url: "http://x/"), name: "n") }
        #expect(receiver.received.withLock { $0.isEmpty })
        open.finish()
        queue.finish()
        await queue.run()
        #expect(receiver.received.withLock { $0 } == (0..<50).map(String.init))
    }

    @Test("drops the oldest when full and counts them")
    func isBounded() async {
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let receiver = Receiver(gate: gate)
        let queue = EventQueue(capacity: 3, caller: receiver) { _ in }
        for number in 0..<5 { queue.enqueue(payload(number), to: HookEndpoint(url: "http://x/"), name: "n") }
        #expect(queue.droppedCount == 2)
        open.finish()
        queue.finish()
        await queue.run()
        #expect(receiver.received.withLock { $0 } == ["2", "3", "4"])
    }
}
