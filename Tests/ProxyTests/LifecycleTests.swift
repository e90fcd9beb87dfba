import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Proxy

@Suite("Life cycle") struct LifecycleTests {
    @Test("loses no request while replicas come and go under load")
    func updateUnderLoad() async throws {
        var replicas: [Replica] = []
        for _ in 0..<3 {
            replicas.append(
                try await Replica.start { Replica.Reply(delay: .milliseconds(Int64($0.connection % 3))) })
        }
        let all = replicas
        try await withProxy(RoutingTable(primary: [all[0].endpoint]), loops: 2) {
            (proxy, port) async throws in
            let failures = Counter()
            let served = Counter()
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for _ in 0..<8 {
                    tasks.addTask {
                        let client = try await RawClient.connect(port)
                        for _ in 0..<150 {
                            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                            if try await client.response().status == 200 {
                                served.add(1)
                            } else {
                                failures.add(1)
                            }
                        }
                    }
                }
                tasks.addTask {
                    for round in 0..<30 {
                        var table = RoutingTable(primary: [
                            all[round % 3].endpoint, all[(round + 1) % 3].endpoint,
                        ])
                        table.canary = [all[(round + 2) % 3].endpoint]
                        table.canaryWeight = round % 5 * 25
                        proxy.update(table)
                        try await Task.sleep(for: .milliseconds(5))
                    }
                }
                try await tasks.waitForAll()
            }
            #expect(failures.value == 0 && served.value == 1200)
        }
        for replica in all { await replica.stop() }
    }

    /// Answers at once, but for `/slow`, whose connections it keeps for the test to answer on.
    private func gated(_ slow: Slow) async throws -> RawReplica {
        try await RawReplica.start { text, channel in
            if text.hasPrefix("GET /slow ") {
                slow.channels.withLock { $0.append(channel) }
            } else {
                channel.reply("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold")
            }
        }
    }

    private final class Slow: Sendable {
        let channels = Mutex<[any Channel]>([])
        var count: Int { channels.withLock { $0.count } }
        func answer() {
            for channel in channels.withLock({ $0 }) {
                channel.reply("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow")
            }
        }
    }

    @Test("closes the idle connections of a replica that leaves the table, and lets its requests finish")
    func removedEndpoint() async throws {
        let waiting = Slow()
        let old = try await gated(waiting)
        let new = try await Replica.start { _ in Replica.Reply(body: "new") }
        @Sendable func open() -> Int { old.connections.filter(\.isActive).count }
        try await withProxy(RoutingTable(primary: [old.endpoint])) { (proxy, port) async throws in
            let slow = try await RawClient.connect(port)
            try await slow.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
            try await eventually("the slow request at the replica") { waiting.count == 1 }
            #expect(try await get(port, "/fast").text == "old")
            #expect(open() == 2)
            proxy.update(RoutingTable(primary: [new.endpoint]))
            #expect(try await get(port).text == "new")
            try await eventually("the idle connection to be closed") { open() == 1 }
            #expect(await proxy.requestsInFlight(to: old.endpoint) == 1)
            #expect(await proxy.waitUntilUnused(old.endpoint, within: .milliseconds(20)) == false)
            waiting.answer()
            #expect(await proxy.waitUntilUnused(old.endpoint, within: .seconds(30)))
            #expect(try await slow.response().text == "slow")
            try await eventually("the used connection to be closed") { open() == 0 }
        }
        await old.stop()
        await new.stop()
    }

    @Test("drains: finishes what is under way, says close, and then ends")
    func drain() async throws {
        let waiting = Slow()
        let replica = try await gated(waiting)
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (proxy, port) async throws in
            let idle = try await RawClient.connect(port)
            try await idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await idle.response().header("connection") == nil)
            let slow = try await RawClient.connect(port)
            try await slow.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
            try await eventually("the slow request at the replica") { waiting.count == 1 }
            async let drained: Void = proxy.drain(within: .seconds(60))
            try await idle.awaitClose()
            #expect(!slow.isClosed)
            await #expect(throws: (any Error).self) { try await RawClient.connect(port) }
            waiting.answer()
            let response = try await slow.response()
            #expect(response.text == "slow" && response.header("connection") == "close")
            await drained
            try await eventually("the replica's connections to be closed") {
                replica.connections.allSatisfy { !$0.isActive }
            }
            await proxy.drain(within: .seconds(10))
        }
        await replica.stop()
    }

    @Test("cuts off what outlasts the time to drain")
    func drainLimit() async throws {
        let replica = try await RawReplica.start()
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (proxy, port) async throws in
            let client = try await RawClient.connect(port)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            try await eventually("the request at the replica") { !replica.received.isEmpty }
            await proxy.drain(within: .milliseconds(100))
            try await client.awaitClose()
        }
        await replica.stop()
    }

    @Test("names the address and the way out when a port is in use, and leaves nothing open")
    func portInUse() async throws {
        let replica = try await Replica.start()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let listeners = [
            Listener(audience: .apex), Listener(port: replica.endpoint.port, audience: .side(.primary)),
        ]
        let error = await #expect(throws: ProxyError.self) {
            try await ReverseProxy.start(
                listeners, table: RoutingTable(), group: group, logger: Logger(label: "proxy"))
        }
        #expect(error?.description.hasPrefix("cannot listen on 127.0.0.1:\(replica.endpoint.port): ") == true)
        try await group.shutdownGracefully()
        await replica.stop()
    }
}
