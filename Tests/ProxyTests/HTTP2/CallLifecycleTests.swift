import NIOCore
import NIOHTTP2
import Synchronization
import Testing

@testable import Proxy

@Suite("HTTP/2: life cycle") struct CallLifecycleTests {
    /// Calls that wait until the test has them answered.
    private final class Held: Sendable {
        let calls = Mutex<[(FramePeer, HTTP2StreamID)]>([])
        var count: Int { calls.withLock { $0.count } }

        func answer() {
            let held = calls.withLock { calls in
                defer { calls = [] }
                return calls
            }
            for (peer, stream) in held { peer.answer("slow", on: stream) }
        }
    }

    private func replica(_ name: String, holding held: Held) async throws -> FrameReplica {
        try await FrameReplica.start { peer, stream, record in
            guard record.isEnded, record.reset == nil else { return }
            if record.head?.first(name: ":path") == "/slow" {
                held.calls.withLock { $0.append((peer, stream)) }
            } else {
                peer.answer(name, on: stream)
            }
        }
    }

    @Test("finishes a call where it is after a change of the table; the next one follows the new table")
    func tableChange() async throws {
        let held = Held()
        let (old, new) = (try await replica("old", holding: held), try await replica("new", holding: held))
        try await withProxy(RoutingTable(primary: [old.endpoint])) { (proxy, port) async throws in
            let client = try await FramePeer.connect(port)
            let slow = client.request(1, "/slow")
            try await eventually("the slow call") { held.count == 1 }
            proxy.update(RoutingTable(primary: [new.endpoint]))
            #expect(try await client.response(client.call(3)).text == "new")
            #expect(await proxy.requestsInFlight(to: old.endpoint) == 1)
            #expect(await proxy.waitUntilUnused(old.endpoint, within: .milliseconds(20)) == false)
            #expect(old.connections.allSatisfy { !$0.isClosed })
            held.answer()
            #expect(await proxy.waitUntilUnused(old.endpoint, within: .seconds(30)))
            #expect(try await client.response(slow).text == "slow")
            try await eventually("the old connection to be closed") { old.connections[0].isClosed }
            #expect(!client.isClosed && client.goAways.isEmpty)
            await client.close()
        }
        await old.stop()
        await new.stop()
    }

    @Test("loses no call while replicas come and go under load")
    func updateUnderLoad() async throws {
        var replicas: [FrameReplica] = []
        for _ in 0..<3 { replicas.append(try await FrameReplica.answering("ok")) }
        let all = replicas
        try await withProxy(RoutingTable(primary: [all[0].endpoint]), loops: 2) {
            (proxy, port) async throws in
            let (done, answered) = (Counter(), Counter())
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        let client = try await FramePeer.connect(port)
                        var number = 1
                        while done.value == 0 {
                            #expect(try await client.response(client.call(number)).text == "ok")
                            answered.add(1)
                            number += 2
                        }
                        await client.close()
                        return number / 2
                    }
                }
                for turn in 0..<60 {
                    // Each table serves calls, however slow the machine is.
                    let before = answered.value
                    let pair = [all[turn % 3].endpoint, all[(turn + 1) % 3].endpoint]
                    proxy.update(
                        RoutingTable(primary: [pair[0]], canary: [pair[1]], canaryWeight: turn % 2 * 50))
                    try await eventually("more calls") { answered.value > before + 1 }
                    let gone = all[(turn + 2) % 3]
                    #expect(await proxy.waitUntilUnused(gone.endpoint, within: .seconds(30)))
                    // It is gone for good: nothing may reach the connections it had.
                    for peer in gone.connections { await peer.close() }
                }
                done.add(1)
                var calls = 0
                for try await count in group { calls += count }
                let sides = await (
                    proxy.statistics(.primary, over: .seconds(600)),
                    proxy.statistics(.canary, over: .seconds(600))
                )
                #expect(sides.0.requests + sides.1.requests == calls && calls > 60)
                #expect(sides.0.failures + sides.1.failures == 0)
            }
        }
        for replica in all { await replica.stop() }
    }

    @Test("drains: says GOAWAY, finishes what is under way, and then ends")
    func drain() async throws {
        let held = Held()
        let replica = try await replica("fast", holding: held)
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (proxy, port) async throws in
            let idle = try await FramePeer.connect(port)
            #expect(try await idle.response(idle.request(1)).text == "fast")
            let client = try await FramePeer.connect(port)
            let slow = client.request(1, "/slow")
            try await eventually("the slow call") { held.count == 1 }
            async let drained: Void = proxy.drain(within: .seconds(60))
            try await eventually("the idle connection to end") { idle.isClosed }
            #expect(idle.goAways == [.noError, .noError])
            #expect(client.goAways == [.noError] && !client.isClosed)
            held.answer()
            #expect(try await client.response(slow).text == "slow")
            await drained
            try await eventually("all to be closed") {
                client.isClosed && replica.connections.allSatisfy(\.isClosed)
            }
        }
        await replica.stop()
    }

    @Test("cuts off the calls that outlast the time to drain")
    func drainLimit() async throws {
        let held = Held()
        let replica = try await replica("fast", holding: held)
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (proxy, port) async throws in
            let client = try await FramePeer.connect(port)
            _ = client.request(1, "/slow")
            try await eventually("the slow call") { held.count == 1 }
            await proxy.drain(within: .milliseconds(100))
            try await eventually("the connection to be cut") { client.isClosed }
        }
        await replica.stop()
    }

    @Test("ends the connections of a port that is no longer served, once their calls are answered")
    func stopListening() async throws {
        let held = Held()
        let replica = try await replica("fast", holding: held)
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (proxy, port) async throws in
            let client = try await FramePeer.connect(port)
            let slow = client.request(1, "/slow")
            try await eventually("the slow call") { held.count == 1 }
            await proxy.stopListening(on: port)
            try await eventually("the client to be told") { client.goAways == [.noError] }
            held.answer()
            #expect(try await client.response(slow).text == "slow")
            try await eventually("the connection to end") { client.isClosed }
        }
        await replica.stop()
    }

    @Test("ends a client's connection after a time without calls, pings or not")
    func idleClient() async throws {
        let replica = try await FrameReplica.answering("ok")
        try await withProxy(
            RoutingTable(primary: [replica.endpoint]), limits: { $0.clientIdle = .seconds(2) }
        ) { (_, port) async throws in
            let client = try await FramePeer.connect(port)
            #expect(try await client.response(client.request(1)).text == "ok")
            // Few enough not to be taken for a flood.
            var pinged = ContinuousClock.now
            try await eventually("the connection to end") {
                if !client.isClosed, ContinuousClock.now > pinged + .milliseconds(100) {
                    client.send(.ping(HTTP2PingData(withInteger: 1), ack: false))
                    pinged = .now
                }
                return client.isClosed
            }
            #expect(client.goAways == [.noError] && client.log.withLock { $0.pings } > 0)
        }
        await replica.stop()
    }

    @Test("closes connections to replicas that are not used, and opens new ones when needed")
    func idleReplica() async throws {
        let replica = try await FrameReplica.answering("ok")
        try await withProxy(
            RoutingTable(primary: [replica.endpoint]), limits: { $0.upstreamIdle = .milliseconds(50) }
        ) { (_, port) async throws in
            let client = try await FramePeer.connect(port)
            #expect(try await client.response(client.call(1)).text == "ok")
            try await eventually("the idle connection to end") { replica.connections[0].isClosed }
            #expect(try await client.response(client.call(3)).text == "ok")
            #expect(replica.connections.count == 2)
            await client.close()
        }
        await replica.stop()
    }
}
