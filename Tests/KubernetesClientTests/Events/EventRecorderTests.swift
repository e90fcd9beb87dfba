import Foundation
import JSON
import KubernetesClient
import KubernetesTesting
import Logging
import ServiceLifecycle
import Testing

@Suite("EventRecorder")
struct EventRecorderTests {
    private static let subject = EventSubject(
        ObjectReference(TestKinds.configMap, namespace: "test", name: "podinfo"), uid: "u-1",
        resourceVersion: "7")
    private let sink = EventSink()
    private let clock = ManualClock()

    private func recorder(_ change: (inout EventRecorder.Limits) -> Void = { _ in }) -> EventRecorder {
        var limits = EventRecorder.Limits()
        change(&limits)
        return EventRecorder(
            api: sink, source: EventSource(component: "aviary", instance: "aviary-0"), limits: limits,
            backOff: BackOff(first: .milliseconds(10), longest: .milliseconds(10)), clock: clock,
            now: { [clock] in Date(timeIntervalSince1970: 1_700_000_000 + clock.elapsed / .seconds(1)) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private static func event(_ reason: String = "Synced", _ message: String = "advanced to weight 10")
        -> KubernetesEvent
    {
        KubernetesEvent(.normal, reason: reason, message: message, about: subject)
    }

    @Test("writes an event of events.k8s.io/v1 about the object")
    func event() async throws {
        let recorder = recorder()
        let running = Task { await recorder.run() }
        recorder.record(Self.event())
        try await eventually("delivered") { sink.created.count == 1 }
        let json = try #require(sink.created.first?.json)
        #expect(json["apiVersion"] == .string("events.k8s.io/v1"))
        #expect(json["regarding"]?["name"] == .string("podinfo"))
        #expect(json["regarding"]?["uid"] == .string("u-1"))
        #expect(json["note"] == .string("advanced to weight 10"))
        #expect(json["eventTime"] == .string("2023-11-14T22:13:20.000000Z"))
        #expect(json["reportingController"] == .string("aviary"))
        #expect(json["action"] == .string("Synced"))
        #expect(json["metadata"]?["namespace"] == .string("test"))
        running.cancel()
        await running.value
    }

    @Test(
        "counts repetitions: tells the first at once, the others from time to time; other reasons and messages stay apart"
    )
    func series() async throws {
        let recorder = recorder()
        let running = Task { await recorder.run() }
        for _ in 0..<50 { recorder.record(Self.event()) }
        recorder.record(Self.event("Synced", "another message"))
        recorder.record(Self.event("Failed"))
        try await eventually("delivered") { sink.created.count == 3 }
        #expect(sink.counts.values.map { $0 } == [[2]])
        try await eventually("all counted") {
            clock.advance(by: .seconds(1))
            return sink.counts.values.first?.last == 50
        }
        #expect(sink.counts.values.map { $0 } == [[2, 50]])
        #expect(sink.created.count == 3)
        running.cancel()
        await running.value
    }

    @Test(
        "begins a new event after a long time without repetition, or when the server has forgotten the old one"
    )
    func newSeries() async throws {
        let recorder = recorder()
        let running = Task { await recorder.run() }
        recorder.record(Self.event())
        try await eventually("delivered") { sink.created.count == 1 }
        clock.advance(by: .seconds(361))
        recorder.record(Self.event())
        try await eventually("delivered anew") { sink.created.count == 2 }
        sink.fail { _, number in number == 3 ? .notFound("gone") : nil }
        recorder.record(Self.event())
        try await eventually("tried to count") { sink.tries == 3 }
        recorder.record(Self.event())
        try await eventually("delivered a third time") { sink.created.count == 3 }
        running.cancel()
        await running.value
    }

    @Test("falls back to events of the core group, and stays there")
    func core() async throws {
        sink.fail { type, _ in type.group.isEmpty ? nil : .notFound("no such group") }
        let recorder = recorder()
        let running = Task { await recorder.run() }
        recorder.record(Self.event("One"))
        recorder.record(Self.event("Two"))
        try await eventually("delivered") { sink.created.count == 2 }
        #expect(sink.tries == 3)
        let json = try #require(sink.created.first?.json)
        #expect(json["apiVersion"] == .string("v1"))
        #expect(json["involvedObject"]?["name"] == .string("podinfo"))
        #expect(json["message"] == .string("advanced to weight 10"))
        running.cancel()
        await running.value
    }

    @Test("tries again while the server is away, gives up what is refused, and never makes the caller wait")
    func trouble() async throws {
        let recorder = recorder { $0.queue = 10 }
        // Nobody delivers yet: the queue is full after ten.
        for number in 0..<25 { recorder.record(Self.event("Reason\(number)")) }
        #expect(recorder.droppedCount == 15)
        sink.fail { _, number in
            number <= 3 ? .unavailable("away") : number == 5 ? .forbidden("not allowed") : nil
        }
        let running = Task { await recorder.run() }
        try await eventually("delivered") {
            clock.advance(by: .milliseconds(20))
            return sink.created.count == 9
        }
        #expect(recorder.droppedCount == 16)
        running.cancel()
        await running.value
    }

    @Test("cuts what the server would refuse as too long, between characters")
    func longText() async throws {
        let recorder = recorder()
        let running = Task { await recorder.run() }
        recorder.record(Self.event(String(repeating: "R", count: 300), String(repeating: "é", count: 2000)))
        try await eventually("delivered") { sink.created.count == 1 }
        let note = try #require(sink.created.first?.json["note"]?.string)
        #expect(note.utf8.count <= 1024 && note.utf8.count > 1000 && note.hasSuffix("é…"))
        #expect(try #require(sink.created.first?.json["reason"]?.string).utf8.count <= 128)
        running.cancel()
        await running.value
    }

    @Test("delivers what is queued, and the last counts, when the service group shuts down")
    func shutdown() async throws {
        let recorder = recorder()
        let group = ServiceGroup(
            services: [recorder], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let running = Task { try await group.run() }
        for _ in 0..<7 { recorder.record(Self.event()) }
        try await eventually("delivered") { sink.counts.values.first == [2] }
        recorder.record(Self.event("Last"))
        await group.triggerGracefulShutdown()
        try await running.value
        #expect(sink.created.count == 2)
        #expect(sink.counts.values.first?.last == 7)
    }

    @Test("is shown by a real API server, aggregated")
    func realServer() async throws {
        try await TestControlPlane.shared.withClient { client in
            let namespace = try await client.makeNamespace()
            let object = try await client.create(
                .configMap("podinfo", in: namespace), as: TestKinds.configMap)
            let recorder = EventRecorder(
                api: client, source: EventSource(component: "aviary", instance: "aviary-0"))
            let running = Task { await recorder.run() }
            let subject = EventSubject(
                ObjectReference(TestKinds.configMap, namespace: namespace, name: "podinfo"), uid: object.uid)
            for _ in 0..<3 {
                recorder.record(KubernetesEvent(.warning, reason: "Halted", message: "halt", about: subject))
            }
            recorder.record(KubernetesEvent(.normal, reason: "Synced", message: "go on", about: subject))
            // As `kubectl describe` asks for them.
            let events = ResourceType(group: "", version: "v1", kind: "Event", plural: "events")
            let selector = Selector(
                fields: "involvedObject.name=podinfo,involvedObject.uid=\(object.uid ?? "")")
            var shown: [KubernetesObject] = []
            for _ in 0..<3000
            where shown.count < 2 || !shown.contains(where: { $0.json["series"]?.members != nil }) {
                shown = try await client.list(events, in: namespace, matching: selector).items
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(Set(shown.compactMap { $0.json["reason"]?.string }) == ["Halted", "Synced"])
            #expect(shown.count == 2)
            #expect(recorder.droppedCount == 0)
            running.cancel()
            await running.value
        }
    }
}
