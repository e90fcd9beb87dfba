import NIOCore
import NIOHTTP2
import Synchronization
import Testing

@testable import Proxy

@Suite("HTTP/2: retries") struct CallRetryTests {
    @Test("passes over a dead replica as long as another accepts connections")
    func deadReplica() async throws {
        let alive = try await FrameReplica.answering("alive")
        let table = RoutingTable(primary: [deadEndpoint(), alive.endpoint, deadEndpoint()])
        try await withProxy(table, limits: { $0.refusedPause = .zero }) { (proxy, port) async throws in
            let client = try await FramePeer.connect(port)
            for number in 0..<12 {
                #expect(try await client.response(client.call(2 * number + 1)).text == "alive")
            }
            let statistics = await proxy.statistics(.primary, over: .seconds(60))
            #expect(statistics.requests == 12 && statistics.failures == 0)
            await client.close()
        }
        await alive.stop()
    }

    /// Sends a request and a gRPC call, and expects the proxy's own answers and failures of the primary.
    private func expectAnswers(
        _ table: RoutingTable, status: String, reason: String,
        limits: @escaping (inout ProxyLimits) -> Void = { _ in }
    ) async throws {
        try await withProxy(table, limits: limits) { (proxy, port) async throws in
            let client = try await FramePeer.connect(port)
            let plain = try await client.response(client.request(1))
            #expect(plain.status == status && plain.text == "\(reason)\n", "\(plain)")
            #expect(plain.head?.first(name: "content-length") == "\(reason.utf8.count + 1)")
            let call = try await client.response(client.call(3))
            #expect(call.status == "200" && call.heads.count == 1 && call.bodyCount == 0, "\(call)")
            #expect(call.head?.first(name: "content-type") == "application/grpc")
            #expect(call.head?.first(name: "grpc-status") == "14")
            #expect(call.head?.first(name: "grpc-message") == reason)
            let head = try await client.response(client.request(5, method: "HEAD"))
            #expect(head.status == status && head.bodyCount == 0)
            let statistics = await proxy.statistics(.primary, over: .seconds(60))
            #expect(statistics.requests == 3 && statistics.failures == 3)
            await client.close()
        }
    }

    @Test("answers 502, or UNAVAILABLE, when no replica accepts connections")
    func allDead() async throws {
        try await expectAnswers(
            RoutingTable(primary: [deadEndpoint(), deadEndpoint()]), status: "502",
            reason: "no replica of primary accepts connections")
    }

    @Test("answers 503, or UNAVAILABLE, when there is no replica")
    func noReplica() async throws {
        try await expectAnswers(RoutingTable(), status: "503", reason: "no replica of primary is ready")
    }

    @Test("answers 502, or UNAVAILABLE, for a replica that answers in HTTP/1.1")
    func http1Replica() async throws {
        let replica = try await RawReplica.start { _, channel in
            channel.writeAndFlush(ByteBuffer(string: "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"))
                .whenComplete { _ in channel.close(promise: nil) }
        }
        try await expectAnswers(
            RoutingTable(primary: [replica.endpoint]), status: "502",
            reason: "the replica does not speak HTTP/2 without TLS")
        await replica.stop()
    }

    @Test("answers 502, or UNAVAILABLE, for a replica that closes every connection at once")
    func closingReplica() async throws {
        let replica = try await RawReplica.start { _, channel in channel.close(promise: nil) }
        try await expectAnswers(
            RoutingTable(primary: [replica.endpoint]), status: "502",
            reason: "the replica closed the connection at once; it may not speak HTTP/2")
        await replica.stop()
    }

    @Test("answers 502, or UNAVAILABLE, for a replica that never says anything")
    func silentReplica() async throws {
        let replica = try await RawReplica.start()
        try await expectAnswers(
            RoutingTable(primary: [replica.endpoint]), status: "502",
            reason: "the replica closed the connection at once; it may not speak HTTP/2",
            limits: { $0.http2Settings = .milliseconds(50) })
        await replica.stop()
    }

    @Test("sends a refused call to another replica, body and all, whatever its method")
    func refusedStream() async throws {
        let refusing = try await FrameReplica.start { peer, stream, record in
            if record.isEnded { peer.send(.rstStream(.refusedStream), on: stream) }
        }
        let good = try await FrameReplica.start { peer, stream, record in
            if record.isEnded { peer.answer(record.text, on: stream) }
        }
        let table = RoutingTable(primary: [refusing.endpoint, good.endpoint])
        try await withProxy(table) { (proxy, port) async throws in
            let client = try await FramePeer.connect(port)
            for number in 0..<8 {
                #expect(try await client.response(client.call(2 * number + 1)).text == "message")
            }
            #expect(refusing.requests.count > 0)
            #expect(await proxy.statistics(.primary, over: .seconds(60)).failures == 0)
            #expect(await proxy.requestsInFlight(to: refusing.endpoint) == 0)
            await client.close()
        }
        await refusing.stop()
        await good.stop()
    }

    @Test("gives up on a call that is refused again and again")
    func alwaysRefused() async throws {
        let replica = try await FrameReplica.start { peer, stream, record in
            if record.isEnded { peer.send(.rstStream(.refusedStream), on: stream) }
        }
        try await expectAnswers(
            RoutingTable(primary: [replica.endpoint]), status: "502", reason: "the replica refused the call")
        #expect(replica.requests.count == 12)
        await replica.stop()
    }

    @Test("sends calls above the last stream of a GOAWAY again on a new connection; earlier ones finish")
    func goAway() async throws {
        let waiting = Mutex<[(FramePeer, HTTP2StreamID)]>([])
        let replica = try await FrameReplica.start { peer, stream, record in
            guard record.isEnded else { return }
            switch record.head?.first(name: "x-number") {
            case "1": waiting.withLock { $0.append((peer, stream)) }
            case "2" where waiting.withLock({ $0.first?.0 === peer }):
                peer.send(.goAway(lastStreamID: 1, errorCode: .noError, opaqueData: nil))
            default: peer.answer("late", on: stream)
            }
        }
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (proxy, port) async throws in
            let client = try await FramePeer.connect(port)
            let first = client.call(1, headers: [("x-number", "1")])
            try await eventually("the first call") { waiting.withLock { $0.count == 1 } }
            #expect(try await client.response(client.call(3, headers: [("x-number", "2")])).text == "late")
            #expect(!client.record(first).isOver)
            waiting.withLock { for (peer, stream) in $0 { peer.answer("early", on: stream) } }
            #expect(try await client.response(first).text == "early")
            #expect(replica.connections.count == 2)
            try await eventually("the old connection to be closed") { replica.connections[0].isClosed }
            #expect(await proxy.statistics(.primary, over: .seconds(60)).failures == 0)
            await client.close()
        }
        await replica.stop()
    }

    @Test("repeats a GET whose connection broke, but not a POST", arguments: ["GET", "POST"])
    func brokenConnection(method: String) async throws {
        let seen = Atomic<Int>(0)
        let replica = try await FrameReplica.start { peer, stream, record in
            guard record.isEnded else { return }
            if seen.add(1, ordering: .relaxed).newValue == 1 {
                peer.channel.close(promise: nil)
            } else {
                peer.answer("ok", on: stream)
            }
        }
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (proxy, port) async throws in
            let client = try await FramePeer.connect(port)
            let response = try await client.response(client.request(1, method: method))
            #expect(response.status == (method == "GET" ? "200" : "502"))
            let failures = await proxy.statistics(.primary, over: .seconds(60)).failures
            #expect(failures == (method == "GET" ? 0 : 1))
            await client.close()
        }
        await replica.stop()
    }

    @Test("resets the client's stream when a response breaks off, and counts a failure")
    func brokenResponse() async throws {
        let replica = try await FrameReplica.start { peer, stream, record in
            guard record.isEnded else { return }
            peer.head([(":status", "200")], on: stream)
            let part = HTTP2Frame.FramePayload.data(.init(data: .byteBuffer(ByteBuffer(string: "half"))))
            peer.channel.writeAndFlush(HTTP2Frame(streamID: stream, payload: part))
                .whenComplete { _ in peer.channel.close(promise: nil) }
        }
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (proxy, port) async throws in
            let client = try await FramePeer.connect(port)
            let response = try await client.response(client.request(1))
            #expect(response.reset == .internalError && response.text == "half")
            #expect(await proxy.statistics(.primary, over: .seconds(60)).failures == 1)
            await client.close()
        }
        await replica.stop()
    }

    @Test("keeps within a replica's limit of streams by opening more connections, up to its own limit")
    func streamLimit() async throws {
        let waiting = Mutex<[(FramePeer, HTTP2StreamID)]>([])
        let replica = try await FrameReplica.start(
            settings: [HTTP2Setting(parameter: .maxConcurrentStreams, value: 5)]
        ) { peer, stream, record in
            guard record.isEnded, record.reset == nil else { return }
            guard record.head?.first(name: ":path") == "/first" else {
                return waiting.withLock { $0.append((peer, stream)) }
            }
            peer.answer("ok", on: stream)
        }
        try await withProxy(
            RoutingTable(primary: [replica.endpoint]), limits: { $0.http2ConnectionsPerReplica = 4 }
        ) { (proxy, port) async throws in
            let client = try await FramePeer.connect(port)
            // With its answer the proxy has the replica's limit, which came before.
            #expect(try await client.response(client.request(1, "/first")).text == "ok")
            let streams = (1...30).map { client.request(2 * $0 + 1) }
            try await eventually("as many calls as four connections take") {
                waiting.withLock { $0.count } == 20
            }
            #expect(replica.connections.count == 4)
            #expect(await proxy.requestsInFlight(to: replica.endpoint) == 30)
            try await eventually("all calls to be answered") {
                for (peer, stream) in waiting.withLock({ calls in
                    defer { calls = [] }
                    return calls
                }) { peer.answer("ok", on: stream) }
                return streams.allSatisfy { client.record($0).text == "ok" }
            }
            await client.close()
        }
        await replica.stop()
    }

    @Test(
        "connects again for calls that wait, when the replica has refused a connection and the others are full"
    )
    func refusedMeanwhile() async throws {
        let settings = [HTTP2Setting(parameter: .maxConcurrentStreams, value: 1)]
        let script: FramePeer.Script = { peer, stream, record in
            guard record.isEnded, record.head?.first(name: ":path") != "/held" else { return }
            peer.answer("ok", on: stream)
        }
        let replica = try await FrameReplica.start(settings: settings, script)
        let now = Mutex<UInt64>(1_000_000_000_000)
        let clock = MonotonicClock { now.withLock { $0 } }
        try await withProxy(RoutingTable(primary: [replica.endpoint]), clock: clock) {
            (proxy, port) async throws in
            let client = try await FramePeer.connect(port)
            #expect(try await client.response(client.request(1)).text == "ok")
            _ = client.request(3, "/held")
            try await eventually("the call that is held") { replica.requests.count == 2 }
            try await replica.refuse()
            let waiting = client.request(5)
            try await eventually("the call that waits") {
                await proxy.requestsInFlight(to: replica.endpoint) == 2
            }
            for _ in 0..<20 { try await proxy.eventLoops[0].submit {}.get() }
            let again = try await FrameReplica.start(on: replica.port, settings: settings, script)
            for _ in 0..<2000 { try await proxy.eventLoops[0].submit {}.get() }
            #expect(again.connections.isEmpty, "connected without a pause")
            now.withLock { $0 += 1_000_000_000 }
            #expect(try await client.response(waiting).text == "ok")
            await client.close()
            await again.stop()
        }
        await replica.stop()
    }
}
