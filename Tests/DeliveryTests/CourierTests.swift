import FlaggerAPI
import Foundation
import Rollout
import Synchronization
import Testing

@testable import Delivery

@Suite("Courier")
struct CourierTests {
    /// An outbox in memory.
    private final class Memory: Outbox {
        struct Unwritable: Error {}
        struct State {
            var waiting: [OutboxEntry] = []
            var outcomes: [HistoryEntry] = []
            var failures = 0
        }
        let state = Mutex(State())

        init(_ calls: [OwedCall]) {
            let entries = calls.enumerated().map { OutboxEntry(id: Int64($0), call: $1) }
            state.withLock { $0.waiting = entries }
        }

        func next(excluding receivers: Set<String>) async throws -> OutboxEntry? {
            state.withLock { $0.waiting.first { !receivers.contains($0.call.receiver) } }
        }

        func settle(_ entry: OutboxEntry, _ outcome: HistoryEntry) async throws {
            try state.withLock { state in
                if state.failures > 0 {
                    state.failures -= 1
                    throw Unwritable()
                }
                state.waiting.removeAll { $0.id == entry.id }
                state.outcomes.append(outcome)
            }
        }
    }

    /// Answers at the URLs that are open, and remembers the order of calls.
    private final class Receiver: HookCaller {
        let received = Mutex<[String]>([])
        private let silent: Set<String>

        init(silent: Set<String> = []) { self.silent = silent }

        func call(_ endpoint: HookEndpoint, payload: CanaryWebhookPayload) async -> HookOutcome {
            received.withLock { $0.append("\(endpoint.url) \(payload.checksum)") }
            if silent.contains(endpoint.url) {
                try? await Task.sleep(for: .seconds(3600))
                return HookOutcome(error: "cancelled")
            }
            return HookOutcome(status: 200)
        }
    }

    private func call(_ number: Int, to url: String = "a") -> OwedCall {
        let payload = CanaryWebhookPayload(
            name: "podinfo", namespace: "test", phase: "Progressing", checksum: "\(number)")
        return .eventHook(name: "n", endpoint: HookEndpoint(url: url), payload: payload)
    }

    /// Runs a courier until the outbox and what was received are as wanted, then cancels it.
    private func run(
        _ memory: Memory, _ receiver: Receiver, until isDone: @escaping @Sendable () -> Bool
    ) async -> [String] {
        let troubles = Mutex<[String]>([])
        let courier = Courier(
            outbox: memory, caller: receiver, now: { Timestamp(milliseconds: 7) }, pause: { _ in },
            onTrouble: { trouble in troubles.withLock { $0.append(trouble) } })
        let running = Task { await courier.run() }
        while !isDone() { await Task.yield() }
        running.cancel()
        await running.value
        return troubles.withLock { $0 }
    }

    @Test("makes the calls of one receiver in order, and keeps what came of each")
    func keepsOrder() async {
        let (memory, receiver) = (Memory((0..<50).map { call($0) }), Receiver())
        let troubles = await run(memory, receiver) { memory.state.withLock { $0.waiting.isEmpty } }
        #expect(receiver.received.withLock { $0 } == (0..<50).map { "a \($0)" })
        #expect(memory.state.withLock { $0.outcomes.map(\.checksum) } == (0..<50).map(String.init))
        #expect(troubles.isEmpty)
    }

    @Test("a receiver that does not answer holds up nobody else")
    func lanes() async {
        let calls = (0..<20).map { call($0, to: $0.isMultiple(of: 2) ? "silent" : "quick") }
        let (memory, receiver) = (Memory(calls), Receiver(silent: ["silent"]))
        _ = await run(memory, receiver) { memory.state.withLock { $0.waiting.count == 10 } }
        let quick = receiver.received.withLock { $0.filter { $0.hasPrefix("quick") } }
        #expect(quick == stride(from: 1, to: 20, by: 2).map { "quick \($0)" })
    }

    @Test("drains an outbox, several calls of it sharing the work, and returns when nothing is left")
    func drained() async {
        let calls = (0..<60).map { call($0, to: "\($0 % 3)") }
        let (memory, receiver) = (Memory(calls), Receiver())
        let courier = Courier(
            outbox: memory, caller: receiver, now: { Timestamp(milliseconds: 7) }, pause: { _ in })
        async let first: Void = courier.drain()
        async let second: Void = courier.drain()
        _ = await (first, second)
        #expect(memory.state.withLock { $0.waiting.isEmpty })
        for receiverNumber in 0..<3 {
            let received = receiver.received.withLock { $0.filter { $0.hasPrefix("\(receiverNumber) ") } }
            #expect(
                received
                    == stride(from: receiverNumber, to: 60, by: 3).map { "\(receiverNumber) \($0)" })
        }
    }

    @Test("what arrives while a slow receiver is called is delivered by the drain of its arrival")
    func drainedBeside() async {
        let (memory, receiver) = (Memory([call(0, to: "silent")]), Receiver(silent: ["silent"]))
        let courier = Courier(
            outbox: memory, caller: receiver, now: { Timestamp(milliseconds: 7) }, pause: { _ in })
        let slow = Task { await courier.drain() }
        while receiver.received.withLock({ $0.isEmpty }) { await Task.yield() }
        memory.state.withLock { $0.waiting.append(OutboxEntry(id: 1, call: call(1, to: "quick"))) }
        await courier.drain()
        #expect(receiver.received.withLock { $0 } == ["silent 0", "quick 1"])
        slow.cancel()
        await slow.value
        #expect(memory.state.withLock { $0.waiting.map(\.id) } == [0])
    }

    @Test("a call that is interrupted stays owed, and the next courier makes it again")
    func interrupted() async {
        let memory = Memory([call(1), call(2)])
        let first = Receiver(silent: ["a"])
        _ = await run(memory, first) { first.received.withLock { !$0.isEmpty } }
        #expect(memory.state.withLock { $0.waiting.count == 2 && $0.outcomes.isEmpty })
        let second = Receiver()
        _ = await run(memory, second) { memory.state.withLock { $0.waiting.isEmpty } }
        #expect(second.received.withLock { $0 } == ["a 1", "a 2"])
    }

    @Test("an outbox that can't be written is told once, and the call is not made again meanwhile")
    func unwritable() async {
        let (memory, receiver) = (Memory([call(1)]), Receiver())
        memory.state.withLock { $0.failures = 3 }
        let troubles = await run(memory, receiver) { memory.state.withLock { $0.waiting.isEmpty } }
        #expect(receiver.received.withLock { $0 } == ["a 1"])
        #expect(troubles.count == 1 && troubles.first?.contains("can't be taken off the outbox") == true)
    }

    @Test("a call is kept by names that later versions read")
    func stored() throws {
        let json = """
            {"eventHook":{"name":"n","endpoint":{"url":"http://a/","timeout":[0,5000000000000000000],"retries":2,\
            "skipsVerification":true},"payload":{"name":"podinfo","namespace":"test","phase":"Failed",\
            "checksum":"c","metadata":{"eventMessage":"m"}}}}
            """
        let read = try JSONDecoder().decode(OwedCall.self, from: Data(json.utf8))
        let endpoint = HookEndpoint(
            url: "http://a/", timeout: .seconds(5), retries: 2, skipsVerification: true)
        let payload = CanaryWebhookPayload(
            name: "podinfo", namespace: "test", phase: "Failed", checksum: "c",
            metadata: ["eventMessage": "m"])
        #expect(read == .eventHook(name: "n", endpoint: endpoint, payload: payload))
        #expect(try JSONDecoder().decode(OwedCall.self, from: JSONEncoder().encode(read)) == read)
    }
}
