import NIOCore
import Testing

@testable import Proxy

@Suite("Upgrades") struct UpgradeTests {
    /// Accepts any upgrade and then sends every byte back.
    private func echo() async throws -> RawReplica {
        try await RawReplica.start { text, channel in
            if text.contains("HTTP/1.1\r\n") {
                channel.reply(
                    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhi")
            } else {
                channel.reply(text)
            }
        }
    }

    private static let handshake =
        "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"

    @Test("passes an upgraded connection through both ways, and its end too")
    func webSocket() async throws {
        let replica = try await echo()
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (proxy, port) async throws in
            let client = try await RawClient.connect(port)
            try await client.send(Self.handshake)
            let response = try await client.response()
            #expect(response.status == 101)
            #expect(response.header("upgrade") == "websocket" && response.header("connection") == "upgrade")
            #expect(replica.received.contains("Upgrade: websocket\r\n"))
            #expect(replica.received.contains("Connection: upgrade\r\n"))
            try await client.awaitText("hi")
            for number in 0..<10 {
                try await client.send("GET frame \(number);")
                try await client.awaitText("GET frame \(number);")
            }
            let block = [UInt8](repeating: 0x62, count: 4 << 20)
            client.post(block)
            try await eventually("the large frame") { client.text.utf8.count >= 4 << 20 }
            for channel in replica.connections { try await channel.close() }
            try await client.awaitClose()
            #expect(await proxy.statistics(.primary, over: .seconds(60)).requests == 1)
        }
        await replica.stop()
    }

    @Test("closes the replica's connection when an upgraded client has gone")
    func clientLeaves() async throws {
        let replica = try await echo()
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (proxy, port) async throws in
            let client = try await RawClient.connect(port)
            try await client.send(Self.handshake)
            try await client.awaitText("hi")
            #expect(await proxy.requestsInFlight(to: replica.endpoint) == 1)
            await client.close()
            try await eventually("the replica's connection to be closed") {
                replica.connections.allSatisfy { !$0.isActive }
            }
            #expect(await proxy.waitUntilUnused(replica.endpoint, within: .seconds(30)))
        }
        await replica.stop()
    }

    @Test("goes on with HTTP when the replica declines to upgrade")
    func declined() async throws {
        let replica = try await RawReplica.start { _, channel in
            channel.reply("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        }
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (_, port) async throws in
            let client = try await RawClient.connect(port)
            for _ in 0..<2 {
                try await client.send(Self.handshake)
                #expect(try await client.response().text == "ok")
            }
        }
        await replica.stop()
    }
}
