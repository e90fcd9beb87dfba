import Delivery
import FlaggerAPI
import Testing

@testable import Controller

/// What a canary owes, as its status keeps it.
@Suite("A canary's outbox")
struct CanaryOutboxTests {
    @Test("keeps in the status exactly what waits, and the oldest gives way in both")
    func capacity() {
        let outbox = CanaryOutbox(onArrival: {}) { _ in }
        let calls = (1...CanaryOutbox.capacity + 5).map { Self.call("\($0)") }
        #expect(outbox.kept(with: calls) == calls.suffix(CanaryOutbox.capacity))
        #expect(outbox.add(calls) == 5)
        #expect(outbox.kept(with: []) == calls.suffix(CanaryOutbox.capacity))
        #expect(outbox.next(excluding: [])?.call == calls[5])
    }

    @Test("is bounded in bytes, but for a single call")
    func size() {
        let outbox = CanaryOutbox(onArrival: {}) { _ in }
        let large = String(repeating: "x", count: CanaryOutbox.capacityInBytes)
        #expect(outbox.add([Self.call("first"), Self.call(large)]) == 1)
        #expect(outbox.kept(with: []) == [Self.call(large)])
        #expect(outbox.add([Self.call("next")]) == 1)
        #expect(outbox.kept(with: []) == [Self.call("next")])
    }

    @Test("takes what a status has kept once in a life, and hands it out in order")
    func restoration() async {
        let outbox = CanaryOutbox(onArrival: {}) { _ in }
        outbox.restore([Self.call("1"), Self.call("2")])
        outbox.restore([Self.call("1"), Self.call("2")])
        for text in ["1", "2"] {
            let entry = outbox.next(excluding: [])
            #expect(entry?.call == Self.call(text))
            if let entry { await outbox.settle(entry, Self.outcome) }
        }
        #expect(outbox.next(excluding: []) == nil)
    }

    @Test("asks for a write that clears calls that were made when no other write has come between two looks")
    func staleness() async throws {
        let outbox = CanaryOutbox(onArrival: {}) { _ in }
        outbox.restore([Self.call("1")])
        #expect(!outbox.isStale())
        let entry = try #require(outbox.next(excluding: []))
        await outbox.settle(entry, Self.outcome)
        #expect(!outbox.isStale())
        outbox.wrote(1)
        #expect(!outbox.isStale())
        #expect(outbox.isStale())
        outbox.wrote(0)
        #expect(!outbox.isStale())
        #expect(!outbox.isStale())
    }

    private static func call(_ text: String) -> OwedCall {
        .eventHook(
            name: "events", endpoint: HookEndpoint(url: "http://127.0.0.1/"),
            payload: CanaryWebhookPayload(
                name: "podinfo", namespace: "test", phase: "Progressing", checksum: "1",
                metadata: ["eventMessage": text]))
    }

    private static let outcome = HistoryEntry(
        time: .init(milliseconds: 0), phase: nil, checksum: "",
        kind: .called(
            HookRecord(
                type: "event", name: "events", url: "", phase: "", outcome: HookOutcome(status: 200))))
}
