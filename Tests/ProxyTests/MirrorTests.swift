import NIOCore
import NIOHTTP1
import Testing

@testable import Proxy

@Suite("Mirroring") struct MirrorTests {
    @Test("copies the primary's requests, bodies included, drops the answers and counts them for the canary")
    func copies() async throws {
        let primary = try await Replica.start { Replica.Reply(body: "primary \($0.body.count)") }
        let canary = try await Replica.start { _ in
            Replica.Reply(status: .internalServerError, body: "canary")
        }
        let table = RoutingTable(primary: [primary.endpoint], canary: [canary.endpoint], mirrorPercent: 100)
        try await withProxy(table) { (proxy, port) async throws in
            let client = try await RawClient.connect(port)
            for _ in 0..<5 {
                try await client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 40000\r\n\r\n")
                try await client.send([UInt8](repeating: 0x61, count: 40_000))
                #expect(try await client.response().text == "primary 40000")
            }
            try await eventually("the copies") { canary.requests.count == 5 }
            #expect(canary.requests.allSatisfy { $0.body.count == 40_000 && $0.head.uri == "/x" })
            try await eventually("the copies to be counted") {
                await proxy.statistics(.canary, over: .seconds(60)).failures == 5
            }
            #expect(await proxy.statistics(.primary, over: .seconds(60)).failures == 0)
        }
        await primary.stop()
        await canary.stop()
    }

    @Test("copies the given share", arguments: [0, 25])
    func share(percent: Int) async throws {
        let primary = try await Replica.start()
        let canary = try await Replica.start()
        let table = RoutingTable(
            primary: [primary.endpoint], canary: [canary.endpoint], mirrorPercent: percent)
        try await withProxy(table) { (_, port) async throws in
            for _ in 0..<40 { _ = try await get(port) }
            try await eventually("the copies") { canary.requests.count == 40 * percent / 100 }
            #expect(primary.requests.count == 40)
        }
        await primary.stop()
        await canary.stop()
    }

    @Test("neither slows nor fails a client when the mirror stalls, is dead, or does not take a large body")
    func stalledMirror() async throws {
        let primary = try await Replica.start { Replica.Reply(body: "\($0.body.count)") }
        let stalled = try await RawReplica.start(reads: false)
        let table = RoutingTable(
            primary: [primary.endpoint], canary: [stalled.endpoint, deadEndpoint()],
            mirrorPercent: 100)
        try await withProxy(
            table,
            limits: {
                $0.mirrorsPerLoop = 4
                $0.response = .seconds(30)
            }
        ) { (proxy, port) async throws in
            let client = try await RawClient.connect(port)
            let started = ContinuousClock.now
            for count in [0, 10, 1 << 22, 5, 5, 5, 5, 5, 5] {
                try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(count)\r\n\r\n")
                try await client.send([UInt8](repeating: 0x61, count: count))
                #expect(try await client.response().text == "\(count)")
            }
            #expect(ContinuousClock.now - started < .seconds(25))
            try await eventually("stalled copies to be counted", within: .seconds(60)) {
                await proxy.statistics(.canary, over: .seconds(60)).failures > 0
            }
            #expect(await proxy.statistics(.primary, over: .seconds(60)).failures == 0)
        }
        await primary.stop()
        await stalled.stop()
    }
}
