import NIOCore
import NIOHPACK
import NIOHTTP2
import Testing

@testable import Proxy

@Suite("HTTP/2: limits") struct CallLimitTests {
    private func withReplica(
        limits: @escaping (inout ProxyLimits) -> Void = { _ in },
        _ body: (ReverseProxy, Int, FrameReplica) async throws -> Void
    ) async throws {
        let replica = try await FrameReplica.answering("ok")
        try await withProxy(RoutingTable(primary: [replica.endpoint]), limits: limits) {
            (proxy, port) async throws in
            try await body(proxy, port, replica)
            // Whatever happened, others are served.
            let client = try await FramePeer.connect(port)
            #expect(try await client.response(client.call(1)).text == "ok")
            await client.close()
        }
        await replica.stop()
    }

    /// A frame of any kind, byte for byte.
    private func frame(_ type: UInt8, flags: UInt8 = 0, stream: UInt8 = 0, _ payload: [UInt8] = []) -> [UInt8]
    {
        let count = payload.count
        return [
            UInt8(count >> 16), UInt8(count >> 8 & 255), UInt8(count & 255), type, flags, 0, 0, 0, stream,
        ]
            + payload
    }

    private func rawClient(_ port: Int) async throws -> RawClient {
        let client = try await RawClient.connect(port, keepsBytes: false)
        try await client.send(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + frame(4))
        return client
    }

    @Test("cuts off a client that cancels what it asks for, over and over")
    func rapidReset() async throws {
        try await withReplica { (proxy, port, replica) async throws in
            let client = try await FramePeer.connect(port)
            for number in 0..<1000 where !client.isClosed {
                let stream = client.request(2 * number + 1, isLast: false)
                client.send(.rstStream(.cancel), on: stream)
            }
            try await eventually("the client to be cut off") { client.isClosed }
            #expect(client.goAways.contains(.enhanceYourCalm))
            let statistics = await proxy.statistics(.primary, over: .seconds(60))
            #expect(statistics.requests < 300 && statistics.failures == 0)
        }
    }

    @Test("bears with a client that cancels a third of many calls")
    func cancelsSometimes() async throws {
        try await withReplica(limits: { $0.cancelledCalls = 20 }) { (proxy, port, replica) async throws in
            let client = try await FramePeer.connect(port)
            var number = -1
            for _ in 0..<40 {
                number += 2
                let cancelled = client.request(number, isLast: false)
                client.send(.rstStream(.cancel), on: cancelled)
                for _ in 0..<2 {
                    number += 2
                    #expect(try await client.response(client.call(number)).text == "ok")
                }
            }
            #expect(await proxy.statistics(.primary, over: .seconds(60)).cancelled == 40)
            await client.close()
        }
    }

    @Test(
        "cuts off floods of frames that ask for work but carry nothing",
        arguments: [(6, 8), (4, 0), (2, 5)] as [(UInt8, Int)])
    func controlFloods(type: UInt8, size: Int) async throws {
        try await withReplica { (_, port, _) async throws in
            let client = try await rawClient(port)
            let flood = Array(
                repeatElement(
                    frame(type, stream: type == 2 ? 1 : 0, [UInt8](repeating: 0, count: size)), count: 20_000
                ).joined())
            client.post(flood)
            try await client.awaitClose()
        }
    }

    @Test("cuts off floods of CONTINUATION and of empty DATA frames")
    func emptyFrames() async throws {
        try await withReplica { (_, port, _) async throws in
            let headers = frame(1, stream: 1, [0x82])
            let continued = try await rawClient(port)
            continued.post(headers + repeatElement(frame(9, stream: 1), count: 100).joined())
            try await continued.awaitClose()
            let empty = try await FramePeer.connect(port)
            let stream = empty.request(1, method: "POST", isLast: false)
            for _ in 0..<100 { empty.data("", on: stream) }
            try await eventually("the connection to be closed") { empty.isClosed }
        }
    }

    @Test("answers 431 or 414 to heads that are too large, and cuts off those that are much too large")
    func hugeHeads() async throws {
        try await withReplica(limits: { $0.headBytes = 5000 }) { (proxy, port, replica) async throws in
            let client = try await FramePeer.connect(port)
            #expect(try await client.response(client.request(1)).text == "ok")
            let large = String(repeating: "a", count: 5000)
            #expect(try await client.response(client.request(3, headers: [("x", large)])).status == "431")
            #expect(try await client.response(client.request(5, "/" + large)).status == "414")
            let many = (0..<130).map { ("x\($0)", "") }
            #expect(try await client.response(client.request(7, headers: many)).status == "431")
            #expect(try await client.response(client.request(9)).text == "ok")
            _ = client.request(11, headers: [("x", String(repeating: "a", count: 12_000))])
            try await eventually("the connection to be closed") { client.isClosed }
            #expect(replica.requests.count == 2)
        }
    }

    @Test("answers 431 or 502 to heads that cannot be sent on in one frame")
    func heads() async throws {
        let large = String(repeating: "a", count: 16_400)
        let replica = try await FrameReplica.start { peer, stream, record in
            if record.isEnded { peer.head([(":status", "200"), ("x", large)], on: stream, isLast: true) }
        }
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (proxy, port) async throws in
            let client = try await FramePeer.connect(port)
            #expect(try await client.response(client.request(1)).status == "502")
            #expect(try await client.response(client.request(3, headers: [("x", large)])).status == "431")
            #expect(await proxy.statistics(.primary, over: .seconds(60)).failures == 1)
            // Huffman's code makes these longer.
            let braces = String(repeating: "{", count: 8000)
            #expect(try await client.response(client.request(5, headers: [("x", braces)])).status == "431")
            await client.close()
        }
        await replica.stop()
    }

    @Test("answers 413 to bodies that are too large, announced or not")
    func hugeBodies() async throws {
        try await withReplica(limits: { $0.requestBodyBytes = 1000 }) { (proxy, port, _) async throws in
            let client = try await FramePeer.connect(port)
            let announced = client.request(
                1, method: "POST", headers: [("content-length", "1001")], isLast: false)
            #expect(try await client.response(announced).status == "413")
            let stream = client.request(3, method: "POST", isLast: false)
            client.data(ByteBuffer(repeating: 0x61, count: 1001), on: stream)
            #expect(try await client.response(stream).status == "413")
            let call = client.call(5, headers: [("content-length", "1001")], isLast: false)
            #expect(try await client.response(call).head?.first(name: "grpc-status") == "8")
            #expect(await proxy.statistics(.primary, over: .seconds(60)).failures == 0)
            await client.close()
        }
    }

    @Test("cuts off a client that opens more streams than it was allowed")
    func tooManyStreams() async throws {
        let replica = try await FrameReplica.start { _, _, _ in }
        try await withProxy(
            RoutingTable(primary: [replica.endpoint]), limits: { $0.streamsPerConnection = 10 }
        ) { (proxy, port) async throws in
            let client = try await rawClient(port)
            try await client.send(frame(4, flags: 1))
            // GET, http, / and an authority, as indexed and literal fields.
            let head: [UInt8] = [0x82, 0x86, 0x84, 0x01, 0x01, 0x61]
            for number in 0..<11 {
                try await client.send(frame(1, flags: 5, stream: UInt8(2 * number + 1), head))
            }
            try await client.awaitClose()
            try await eventually("no call to be left") {
                await proxy.requestsInFlight(to: replica.endpoint) == 0
            }
            #expect(await proxy.statistics(.primary, over: .seconds(60)).cancelled == 10)
        }
        await replica.stop()
    }

    @Test("refuses CONNECT, and calls when too much is held")
    func refusals() async throws {
        try await withReplica { (proxy, port, replica) async throws in
            let client = try await FramePeer.connect(port)
            client.head([(":method", "CONNECT"), (":authority", "app.test:80")], on: 1, isLast: true)
            #expect(try await client.response(1).status == "405")
            let loop = proxy.loops[0]
            try await proxy.eventLoops[0].submit { loop.value.callBytes += 1 << 30 }.get()
            #expect(try await client.response(client.request(3)).status == "503")
            #expect(try await client.response(client.call(5)).head?.first(name: "grpc-status") == "14")
            try await proxy.eventLoops[0].submit { loop.value.callBytes -= 1 << 30 }.get()
            #expect(replica.requests.isEmpty)
            await client.close()
        }
    }
}
