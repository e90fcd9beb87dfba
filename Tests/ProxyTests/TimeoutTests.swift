import NIOCore
import Testing

@testable import Proxy

@Suite("Timeouts") struct TimeoutTests {
    @Test("answers 504 when the replica does not answer in time")
    func response() async throws {
        let replica = try await RawReplica.start()
        try await withProxy(
            RoutingTable(primary: [replica.endpoint]), limits: { $0.response = .milliseconds(80) }
        ) {
            (proxy, port) async throws in
            #expect(try await get(port).status == 504)
            #expect(await proxy.statistics(.primary, over: .seconds(60)).failures == 1)
            try await eventually("the replica's connection to be closed") {
                replica.connections.allSatisfy { !$0.isActive }
            }
        }
        await replica.stop()
    }

    @Test("breaks off a response that stalls")
    func stalledResponse() async throws {
        let replica = try await RawReplica.start { _, channel in
            channel.reply("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        }
        try await withProxy(
            RoutingTable(primary: [replica.endpoint]), limits: { $0.response = .seconds(5) }
        ) {
            (_, port) async throws in
            let client = try await RawClient.connect(port)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            try await client.awaitClose()
            #expect(client.text.hasSuffix("half"))
        }
        await replica.stop()
    }

    @Test("answers 408 to a client that sends its head byte by byte")
    func slowLoris() async throws {
        try await withProxy(RoutingTable(), limits: { $0.requestHead = .milliseconds(150) }) {
            (_, port) async throws in
            let client = try await RawClient.connect(port)
            for byte in Array("GET / HTTP/1.1\r\nX-Slow: ".utf8) {
                try? await client.send([byte])
            }
            let started = ContinuousClock.now
            while !client.isClosed, ContinuousClock.now - started < .seconds(30) {
                try? await client.send("x")
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(client.text.hasPrefix("HTTP/1.1 408 "))
            #expect(client.isClosed)
        }
    }

    @Test("answers 408 to a client that stops within a body")
    func stalledBody() async throws {
        let replica = try await RawReplica.start()
        try await withProxy(
            RoutingTable(primary: [replica.endpoint]), limits: { $0.clientStall = .milliseconds(80) }
        ) {
            (proxy, port) async throws in
            let client = try await RawClient.connect(port)
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf")
            #expect(try await client.response().status == 408)
            let statistics = await proxy.statistics(.primary, over: .seconds(60))
            #expect(statistics.failures == 0 && statistics.cancelled == 1)
        }
        await replica.stop()
    }

    @Test("closes idle connections, to clients and to replicas")
    func idle() async throws {
        let replica = try await Replica.start()
        try await withProxy(
            RoutingTable(primary: [replica.endpoint]),
            limits: {
                $0.clientIdle = .seconds(3)
                $0.upstreamIdle = .seconds(1)
            }
        ) { (_, port) async throws in
            let client = try await RawClient.connect(port)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await client.response()
            #expect(replica.connections == 1)
            try await client.awaitClose()
            try await eventually("the replica's connection to be closed") { replica.openConnections == 0 }
        }
        await replica.stop()
    }

    @Test("turns clients away beyond the limit of connections")
    func surplus() async throws {
        let replica = try await Replica.start()
        try await withProxy(RoutingTable(primary: [replica.endpoint]), limits: { $0.connectionsPerLoop = 2 })
        {
            (_, port) async throws in
            let first = try await RawClient.connect(port)
            let second = try await RawClient.connect(port)
            for client in [first, second] {
                try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try await client.response().status == 200)
            }
            let third = try await RawClient.connect(port)
            let response = try await third.response()
            #expect(response.status == 503 && response.text == "too many connections\n")
            await first.close()
            await third.close()
            try await eventually("room for another") { (try? await get(port).status) == 200 }
        }
        await replica.stop()
    }

    @Test("gives up a request whose client has gone, which is no failure of the app")
    func hangUp() async throws {
        let replica = try await RawReplica.start()
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (proxy, port) async throws in
            let client = try await RawClient.connect(port)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            try await eventually("the request at the replica") { !replica.received.isEmpty }
            await client.close()
            try await eventually("the replica's connection to be closed") {
                replica.connections.allSatisfy { !$0.isActive }
            }
            let statistics = await proxy.statistics(.primary, over: .seconds(60))
            #expect(statistics.requests == 1 && statistics.failures == 0 && statistics.cancelled == 1)
        }
        await replica.stop()
    }
}
