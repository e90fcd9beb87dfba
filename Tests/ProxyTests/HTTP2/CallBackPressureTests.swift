import NIOCore
import NIOHTTP2
import Synchronization
import Testing

@testable import Proxy

@Suite("HTTP/2: back-pressure", .serialized) struct CallBackPressureTests {
    private static let bodyBytes = 16 << 20

    /// Sends a body of 16 MiB to who asks for `/large`, as far as windows allow, and tells how much has left.
    private func source(_ sent: Counter) async throws -> FrameReplica {
        @Sendable func sendNext(_ peer: FramePeer, _ stream: HTTP2StreamID, _ left: Int) {
            let part = HTTP2Frame.FramePayload.Data(
                data: .byteBuffer(ByteBuffer(repeating: 0x61, count: 1 << 14)), endStream: left == 1 << 14)
            peer.channel.writeAndFlush(HTTP2Frame(streamID: stream, payload: .data(part))).whenSuccess {
                sent.add(1 << 14)
                if left > 1 << 14 { sendNext(peer, stream, left - (1 << 14)) }
            }
        }
        return try await FrameReplica.start { peer, stream, record in
            guard record.isEnded, record.reset == nil else { return }
            guard record.head?.first(name: ":path") == "/large" else { return peer.answer("ok", on: stream) }
            peer.head([(":status", "200")], on: stream)
            sendNext(peer, stream, Self.bodyBytes)
        }
    }

    private func held(_ proxy: ReverseProxy) async throws -> Int {
        let loop = proxy.loops[0]
        return try await proxy.eventLoops[0].submit { loop.value.callBytes }.get()
    }

    @Test("takes no more from the replica than a few windows while the client reads nothing; others go on")
    func closedWindow() async throws {
        let sent = Counter()
        let replica = try await source(sent)
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (proxy, port) async throws in
            let client = try await FramePeer.connect(port, acknowledges: false)
            let stream = client.request(1, "/large")
            try await eventually("a window's worth") { client.record(stream).bodyCount == 65_535 }
            try await settled { sent.value }
            #expect(client.record(stream).bodyCount == 65_535)
            #expect(sent.value <= 2 * 65_535)
            #expect(try await held(proxy) <= 65_535)
            // Another client's calls share the connection to the replica, and are not held up.
            let other = try await FramePeer.connect(port)
            for number in [1, 3, 5] { #expect(try await other.response(other.request(number)).text == "ok") }
            #expect(replica.connections.count == 1)
            client.send(.windowUpdate(windowSizeIncrement: Self.bodyBytes))
            client.send(.windowUpdate(windowSizeIncrement: Self.bodyBytes), on: stream)
            #expect(try await client.response(stream).bodyCount == Self.bodyBytes)
            try await eventually("nothing held") { try await held(proxy) == 0 }
            await client.close()
            await other.close()
        }
        await replica.stop()
    }

    @Test("holds no more than a window of each call for a client with endless windows that does not read")
    func unreadSocket() async throws {
        let sent = Counter()
        let replica = try await source(sent)
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (proxy, port) async throws in
            let client = try await FramePeer.connect(port, window: 1 << 30)
            client.send(.windowUpdate(windowSizeIncrement: 1 << 30))
            try await eventually("the client's settings at the proxy") {
                try await client.response(client.request(1)).isOver
            }
            try await client.channel.setOption(.autoRead, value: false).get()
            let streams = (1...8).map { client.request(2 * $0 + 1, "/large") }
            try await settled { sent.value }
            #expect(try await held(proxy) <= streams.count * 65_535)
            try await client.channel.setOption(.autoRead, value: true).get()
            for stream in streams {
                #expect(try await client.response(stream, within: .seconds(120)).bodyCount == Self.bodyBytes)
            }
            await client.close()
        }
        await replica.stop()
    }

    @Test("takes no more from a client than a few windows while the replica reads nothing, and then all")
    func slowReplica() async throws {
        let replica = try await FrameReplica.start(acknowledges: false) { peer, stream, record in
            if record.isEnded { peer.answer("\(record.bodyCount)", on: stream) }
        }
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (proxy, port) async throws in
            let client = try await FramePeer.connect(port)
            let stream = client.request(1, method: "POST", isLast: false)
            let sent = Counter()
            let upload = Task {
                for part in 0..<64 {
                    let data = HTTP2Frame.FramePayload.Data(
                        data: .byteBuffer(ByteBuffer(repeating: 0x61, count: 1 << 14)), endStream: part == 63)
                    try await client.channel.writeAndFlush(
                        HTTP2Frame(streamID: stream, payload: .data(data))
                    ).get()
                    sent.add(1 << 14)
                }
            }
            try await eventually("a window's worth") { replica.requests.first?.bodyCount == 65_535 }
            try await settled { sent.value }
            #expect(replica.requests.first?.bodyCount == 65_535)
            #expect(sent.value <= 2 * 65_535 + (1 << 14))
            #expect(try await held(proxy) <= 2 * 65_535)
            let peer = try #require(replica.connections.first)
            peer.send(.windowUpdate(windowSizeIncrement: 1 << 20))
            peer.send(.windowUpdate(windowSizeIncrement: 1 << 20), on: 1)
            #expect(try await client.response(stream).text == "\(1 << 20)")
            try await upload.value
            await client.close()
        }
        await replica.stop()
    }

    @Test("joins many small parts that cannot be sent on yet")
    func smallParts() async throws {
        let replica = try await FrameReplica.start(window: 0) { peer, stream, record in
            if record.isEnded { peer.answer("\(record.bodyCount)", on: stream) }
        }
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (proxy, port) async throws in
            let client = try await FramePeer.connect(port)
            let stream = client.request(1, method: "POST", isLast: false)
            for _ in 0..<5000 { client.data("x", on: stream) }
            client.data("x", on: stream, isLast: true)
            try await eventually("the call at the replica") { replica.requests.count == 1 }
            try await eventually("the parts at the proxy") { try await held(proxy) > 4900 }
            #expect(try await held(proxy) < 3 * 5001 + 1000)
            replica.connections.first?.send(.windowUpdate(windowSizeIncrement: 1 << 20), on: 1)
            #expect(try await client.response(stream).text == "5001")
            await client.close()
        }
        await replica.stop()
    }

    @Test("resets what holds much, and refuses new calls, when too much is held altogether")
    func memoryBound() async throws {
        let sent = Counter()
        let replica = try await source(sent)
        try await withProxy(
            RoutingTable(primary: [replica.endpoint]), limits: { $0.callBytesPerLoop = 200_000 }
        ) { (proxy, port) async throws in
            let client = try await FramePeer.connect(port, acknowledges: false)
            let streams = (0..<8).map { client.request(2 * $0 + 1, "/large") }
            try await eventually("calls to be reset") {
                streams.contains { client.record($0).reset == .enhanceYourCalm }
            }
            try await settled { sent.value }
            #expect(try await held(proxy) <= 200_000)
            #expect(streams.contains { client.record($0).reset == nil })
            await client.close()
        }
        await replica.stop()
    }
}
