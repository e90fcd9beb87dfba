import NIOCore
import Synchronization
import Testing

@testable import Proxy

@Suite("Retries") struct RetryTests {
    @Test("passes over a dead replica, whatever the method, as long as another accepts connections")
    func deadReplica() async throws {
        let alive = try await Replica.start { Replica.Reply(body: "\($0.body.count)") }
        let table = RoutingTable(primary: [
            deadEndpoint(), alive.endpoint, deadEndpoint(),
        ])
        try await withProxy(table, limits: { $0.refusedPause = .zero }) { (proxy, port) async throws in
            let client = try await RawClient.connect(port)
            for _ in 0..<12 {
                try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
                #expect(try await client.response().text == "5")
            }
            let statistics = await proxy.statistics(.primary, over: .seconds(60))
            #expect(statistics.requests == 12 && statistics.failures == 0)
        }
        await alive.stop()
    }

    @Test("answers 502 when no replica accepts connections, and goes on serving the client")
    func allDead() async throws {
        let table = RoutingTable(primary: [deadEndpoint(), deadEndpoint()])
        try await withProxy(table) { (proxy, port) async throws in
            let client = try await RawClient.connect(port)
            for _ in 0..<2 {
                try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                let response = try await client.response()
                #expect(response.status == 502)
                #expect(response.text == "no replica of primary accepts connections\n")
            }
            #expect(await proxy.statistics(.primary, over: .seconds(60)).failures == 2)
        }
    }

    /// Answers the first request of each connection and hangs up at the second.
    private func forgetful() async throws -> RawReplica {
        let seen = Mutex<Set<ObjectIdentifier>>([])
        return try await RawReplica.start { _, channel in
            if seen.withLock({ $0.insert(ObjectIdentifier(channel)).inserted }) {
                channel.reply("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            } else {
                channel.close(promise: nil)
            }
        }
    }

    @Test(
        "repeats a request on a new connection when a kept one turns out to be closed",
        arguments: ["GET", "PUT"])
    func staleConnection(method: String) async throws {
        let replica = try await forgetful()
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (proxy, port) async throws in
            let client = try await RawClient.connect(port)
            for _ in 0..<6 {
                try await client.send("\(method) / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
                #expect(try await client.response().text == "ok")
            }
            #expect(await proxy.statistics(.primary, over: .seconds(60)).failures == 0)
        }
        await replica.stop()
    }

    @Test("does not send a POST twice once a replica may have seen it")
    func postIsNotRepeated() async throws {
        let replica = try await forgetful()
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (_, port) async throws in
            let client = try await RawClient.connect(port)
            var statuses: [Int] = []
            for _ in 0..<2 {
                try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
                statuses.append(try await client.response().status)
            }
            #expect(statuses == [200, 502])
        }
        await replica.stop()
    }

    @Test("sends a POST only on a connection that the replica has not closed meanwhile")
    func postNeedsLiveConnection() async throws {
        let replica = try await RawReplica.start { _, channel in
            channel.writeAndFlush(ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
                .whenComplete { _ in channel.close(promise: nil) }
        }
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (_, port) async throws in
            let client = try await RawClient.connect(port)
            for _ in 0..<30 {
                try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
                #expect(try await client.response().status == 200)
                try await eventually("the replica to close") {
                    replica.connections.allSatisfy { !$0.isActive }
                }
            }
        }
        await replica.stop()
    }

    @Test("breaks the client's connection when a response breaks off, and counts a failure")
    func brokenResponse() async throws {
        let replica = try await RawReplica.start { _, channel in
            channel.writeAndFlush(ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"))
                .whenComplete { _ in channel.close(promise: nil) }
        }
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (proxy, port) async throws in
            let client = try await RawClient.connect(port)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            try await client.awaitClose()
            #expect(await proxy.statistics(.primary, over: .seconds(60)).failures == 1)
        }
        await replica.stop()
    }
}
