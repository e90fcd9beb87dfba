import NIOCore
import Testing

@testable import Proxy

@Suite("HTTP/2 passed through") struct HTTP2Tests {
    private static let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

    private func replica(_ name: String) async throws -> RawReplica {
        try await RawReplica.start { text, channel in channel.reply("\(name) got \(text.utf8.count);") }
    }

    @Test("passes a connection through both ways, and its end too, however the preface is cut")
    func passesThrough() async throws {
        let replica = try await replica("primary")
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (proxy, port) async throws in
            let client = try await RawClient.connect(port)
            try await client.send(String(Self.preface.prefix(5)))
            try await client.send(String(Self.preface.dropFirst(5)) + "frames")
            try await client.awaitText("primary got 30;")
            try await client.send("more")
            try await client.awaitText("primary got 4;")
            #expect(replica.received == Self.preface + "framesmore")
            #expect(await proxy.requestsInFlight(to: replica.endpoint) == 1)
            for channel in replica.connections { try await channel.close() }
            try await client.awaitClose()
            #expect(await proxy.statistics(.primary, over: .seconds(60)).requests == 1)
            #expect(await proxy.requestsInFlight(to: replica.endpoint) == 0)
        }
        await replica.stop()
    }

    @Test("splits connections by weight")
    func weights() async throws {
        let (primary, canary) = (try await replica("primary"), try await replica("canary"))
        var table = RoutingTable(primary: [primary.endpoint], canary: [canary.endpoint])
        table.canaryWeight = 25
        try await withProxy(table) { (proxy, port) async throws in
            for _ in 0..<40 {
                let client = try await RawClient.connect(port)
                try await client.send(Self.preface)
                try await client.awaitText(" got ")
                await client.close()
            }
            let counts = await (
                proxy.statistics(.primary, over: .seconds(60)).requests,
                proxy.statistics(.canary, over: .seconds(60)).requests
            )
            #expect(counts.0 + counts.1 == 40 && (7...13).contains(counts.1), "\(counts)")
        }
        await primary.stop()
        await canary.stop()
    }

    @Test("closes the connection, and counts a failure, when no replica is there")
    func noReplica() async throws {
        let dead = deadEndpoint()
        try await withProxy(RoutingTable(primary: [dead])) { (proxy, port) async throws in
            let client = try await RawClient.connect(port)
            try await client.send(Self.preface)
            try await client.awaitClose()
            #expect(client.text.isEmpty)
            #expect(await proxy.statistics(.primary, over: .seconds(60)).failures == 1)
        }
    }

    @Test("takes the preface for HTTP/2 only at the beginning of a connection")
    func later() async throws {
        let replica = try await RawReplica.start { _, channel in
            channel.reply("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        }
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (_, port) async throws in
            let client = try await RawClient.connect(port)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.response().status == 200)
            try await client.send(Self.preface)
            #expect(try await client.response().status >= 400)
        }
        await replica.stop()
    }
}
