import NIOCore
import NIOHPACK
import NIOHTTP2
import Testing

@testable import Proxy

@Suite("HTTP/2: forwarding") struct CallForwardingTests {
    @Test("passes heads, bodies and trailers on both ways, and says who asked")
    func message() async throws {
        let replica = try await FrameReplica.start { peer, stream, record in
            guard record.isEnded else { return }
            peer.head([(":status", "103"), ("link", "</style.css>")], on: stream)
            peer.answer("pong", on: stream, status: "201", trailers: [("grpc-status", "0"), ("x-end", "1")])
        }
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (_, port) async throws in
            let client = try await FramePeer.connect(port)
            let stream = client.request(
                1, "/a/b?c=%20", method: "POST",
                headers: [
                    ("te", "trailers"), ("x-forwarded-for", "10.0.0.1"), ("http2-settings", "x"), ("a", "b"),
                ],
                isLast: false)
            client.data("ping", on: stream)
            client.head([("x-sum", "7")], on: stream, isLast: true)
            let response = try await client.response(stream)
            #expect(response.heads.map { $0.first(name: ":status") } == ["103", "201", nil])
            #expect(response.heads.last == [("grpc-status", "0"), ("x-end", "1")].headers)
            #expect(response.text == "pong")
            let seen = try #require(replica.requests.first)
            #expect(seen.text == "ping" && seen.heads.count == 2 && seen.heads[1] == [("x-sum", "7")].headers)
            #expect(
                seen.heads[0]
                    == [
                        (":method", "POST"), (":scheme", "http"), (":path", "/a/b?c=%20"),
                        (":authority", "app.test"), ("te", "trailers"), ("a", "b"),
                        ("x-forwarded-for", "10.0.0.1, 127.0.0.1"), ("x-forwarded-proto", "http"),
                        ("x-forwarded-host", "app.test"),
                    ].headers)
            await client.close()
        }
        await replica.stop()
    }

    @Test("streams both ways at the same time, before either side has ended")
    func streaming() async throws {
        let replica = try await FrameReplica.start { peer, stream, record in
            if record.bodyCount == 0, !record.isEnded { return peer.head([(":status", "200")], on: stream) }
            if record.isEnded { return peer.head([("grpc-status", "0")], on: stream, isLast: true) }
            peer.data("echo \(record.text.suffix(1));", on: stream)
        }
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (proxy, port) async throws in
            let client = try await FramePeer.connect(port)
            let stream = client.request(
                1, method: "POST", headers: [("content-type", "application/grpc")], isLast: false)
            for number in 1...5 {
                client.data("\(number)", on: stream)
                try await eventually("echo \(number)") { client.record(stream).text.hasSuffix("\(number);") }
            }
            #expect(await proxy.requestsInFlight(to: replica.endpoint) == 1)
            client.data("", on: stream, isLast: true)
            let response = try await client.response(stream)
            #expect(response.text == "echo 1;echo 2;echo 3;echo 4;echo 5;")
            #expect(response.heads.last?.first(name: "grpc-status") == "0")
            await client.close()
        }
        await replica.stop()
    }

    @Test("carries large bodies whole, through windows many times smaller", arguments: [65_535, 1 << 24])
    func largeBodies(window: Int) async throws {
        let size = 4 << 20
        let replica = try await FrameReplica.start { peer, stream, record in
            guard record.isEnded, record.reset == nil else { return }
            peer.head([(":status", "200"), ("x-got", "\(record.bodyCount)")], on: stream)
            peer.data(ByteBuffer(repeating: 0x62, count: size), on: stream, isLast: true)
        }
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (proxy, port) async throws in
            let client = try await FramePeer.connect(port, window: window)
            let streams = (0..<3).map { client.request(2 * $0 + 1, method: "PUT", isLast: false) }
            for stream in streams {
                client.data(ByteBuffer(repeating: 0x61, count: size), on: stream, isLast: true)
            }
            for stream in streams {
                let response = try await client.response(stream, within: .seconds(30))
                #expect(response.head?.first(name: "x-got") == "\(size)" && response.bodyCount == size)
            }
            #expect(await proxy.statistics(.primary, over: .seconds(60)).requests == 3)
            await client.close()
        }
        await replica.stop()
    }

    @Test("tells the replica that the client cancelled, and counts no failure")
    func clientCancels() async throws {
        let replica = try await FrameReplica.start { _, _, _ in }
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (proxy, port) async throws in
            let client = try await FramePeer.connect(port)
            let stream = client.call(1)
            let other = client.call(3)
            try await eventually("the calls at the replica") { replica.requests.count == 2 }
            client.send(.rstStream(.cancel), on: stream)
            try await eventually("the reset at the replica") {
                replica.requests.contains { $0.reset == .cancel }
            }
            try await eventually("the call to be let go") {
                await proxy.requestsInFlight(to: replica.endpoint) == 1
            }
            await client.close()
            try await eventually("the other reset") { replica.requests.allSatisfy { $0.reset == .cancel } }
            let statistics = await proxy.statistics(.primary, over: .seconds(60))
            #expect(statistics.requests == 2 && statistics.cancelled == 2 && statistics.failures == 0)
            #expect(!client.record(other).isOver)
        }
        await replica.stop()
    }

    @Test("changes to a new connection before the replica could take cancelled calls for an attack")
    func manyCancelled() async throws {
        let replica = try await FrameReplica.start { peer, stream, record in
            if record.isEnded, record.reset == nil, record.head?.first(name: "x") == nil {
                peer.answer("ok", on: stream)
            }
        }
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (proxy, port) async throws in
            let client = try await FramePeer.connect(port)
            for number in 0..<150 {
                let stream = client.call(2 * number + 1, headers: [("x", "waits")])
                try await eventually("the call at the replica") {
                    await proxy.requestsInFlight(to: replica.endpoint) == 1
                }
                client.send(.rstStream(.cancel), on: stream)
                try await eventually("the call to be let go") {
                    await proxy.requestsInFlight(to: replica.endpoint) == 0
                }
            }
            #expect(try await client.response(client.call(301)).text == "ok")
            try await eventually("the first connection to be closed") { replica.connections[0].isClosed }
            #expect(replica.connections.count == 2)
            await client.close()
        }
        await replica.stop()
    }

    @Test("resets the client's stream with the replica's code, which is a failure", arguments: [false, true])
    func replicaResets(afterHead: Bool) async throws {
        let replica = try await FrameReplica.start { peer, stream, record in
            guard record.isEnded else { return }
            if afterHead { peer.head([(":status", "200")], on: stream) }
            peer.send(.rstStream(.inadequateSecurity), on: stream)
        }
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (proxy, port) async throws in
            let client = try await FramePeer.connect(port)
            #expect(try await client.response(client.call(1)).reset == .inadequateSecurity)
            #expect(await proxy.statistics(.primary, over: .seconds(60)).failures == 1)
            #expect(try await client.response(client.call(3)).reset == .inadequateSecurity)
            await client.close()
        }
        await replica.stop()
    }

    @Test("passes an early answer on, and asks for no more of the request")
    func earlyAnswer() async throws {
        let replica = try await FrameReplica.start { peer, stream, record in
            if record.reset == nil, record.bodyCount == 0 {
                peer.head([(":status", "200"), ("grpc-status", "7")], on: stream, isLast: true)
            }
        }
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (proxy, port) async throws in
            let client = try await FramePeer.connect(port)
            let stream = client.request(
                1, method: "POST", headers: [("content-type", "application/grpc")], isLast: false)
            try await eventually("the reset after the answer") { client.record(stream).reset != nil }
            #expect(client.record(stream).reset == .noError && client.record(stream).isEnded)
            #expect(client.record(stream).head?.first(name: "grpc-status") == "7")
            try await eventually("the replica to be told") { replica.requests.first?.reset == .cancel }
            #expect(await proxy.statistics(.primary, over: .seconds(60)).failures == 0)
            await client.close()
        }
        await replica.stop()
    }

    @Test(
        "refuses requests that HTTP/1.1 would not let pass either",
        arguments: [
            ([("bad", "a\r\nb: c")], "reset"), ([("bad", "a\u{0}b")], "reset"),
            ([("connection", "close")], "reset"),
            ([("content-length", "-1")], "reset"), ([("content-length", "5")], "reset"),
            ([("host", "other")], "400"),
            ([("Upper", "case")], "reset"), ([("content-length", "9999999999")], "413"),
            ([("x", String(repeating: "a", count: 14_000))], "200"),
        ] as [([(String, String)], String)])
    func strictness(headers: [(String, String)], status: String) async throws {
        let replica = try await FrameReplica.answering("ok")
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (proxy, port) async throws in
            let client = try await FramePeer.connect(port)
            let stream = client.request(1, method: "POST", headers: headers, isLast: false)
            client.data("x", on: stream, isLast: true)
            let response = try await client.response(stream)
            #expect((response.status ?? response.reset.map { _ in "reset" }) == status)
            #expect(replica.requests.count == (status == "200" ? 1 : 0))
            #expect(await proxy.statistics(.primary, over: .seconds(60)).failures == 0)
            await client.close()
        }
        await replica.stop()
    }
}

extension [(String, String)] {
    var headers: HPACKHeaders { HPACKHeaders(self) }
}
