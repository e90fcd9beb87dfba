import NIOHTTP2
import Testing

@testable import Proxy

@Suite("HTTP/2: routing") struct CallRoutingTests {
    private func withSides(
        _ change: (inout RoutingTable) throws -> Void,
        _ body: (ReverseProxy, FramePeer, (FrameReplica, FrameReplica)) async throws -> Void
    ) async throws {
        let sides = (
            try await FrameReplica.answering("primary"), try await FrameReplica.answering("canary")
        )
        var table = RoutingTable(primary: [sides.0.endpoint], canary: [sides.1.endpoint])
        try change(&table)
        try await withProxy(table) { (proxy, port) async throws in
            let client = try await FramePeer.connect(port)
            try await body(proxy, client, sides)
            await client.close()
        }
        await sides.0.stop()
        await sides.1.stop()
    }

    @Test("splits the calls of one connection by weight, and shares one connection to each replica")
    func weights() async throws {
        try await withSides {
            $0.canaryWeight = 25
        } _: { (proxy, client, sides) async throws in
            var answers: [String: Int] = [:]
            for number in 0..<40 {
                let stream = client.call(2 * number + 1)
                answers[try await client.response(stream).text, default: 0] += 1
            }
            #expect(answers == ["primary": 30, "canary": 10])
            #expect(await proxy.statistics(.primary, over: .seconds(60)).requests == 30)
            #expect(await proxy.statistics(.canary, over: .seconds(60)).requests == 10)
            #expect(sides.0.connections.count == 1 && sides.1.connections.count == 1)
            // The next call follows a changed weight, on the same connection.
            proxy.update(
                RoutingTable(primary: [sides.0.endpoint], canary: [sides.1.endpoint], canaryWeight: 100))
            #expect(try await client.response(client.call(81)).text == "canary")
        }
    }

    @Test("runs calls at the same time over one connection")
    func concurrently() async throws {
        try await withSides {
            $0.canaryWeight = 50
        } _: { (proxy, client, sides) async throws in
            let streams = (0..<90).map { client.call(2 * $0 + 1) }
            for stream in streams { #expect(try await client.response(stream).status == "200") }
            #expect(sides.0.requests.count == 45 && sides.1.requests.count == 45)
            #expect(sides.0.connections.count == 1 && sides.1.connections.count == 1)
            #expect(await proxy.requestsInFlight(to: sides.0.endpoint) == 0)
        }
    }

    @Test("sends calls whose metadata or cookies match to the canary, the host among the headers")
    func matches() async throws {
        let insider = try RequestMatch(headers: ["x-insider": .exact("yes"), "host": .prefix("app.")])
        let cookie = try RequestMatch(headers: ["cookie": .regex(RegularExpression("^a=1; (.*; )?b=2$"))])
        try await withSides {
            $0.match = [insider, cookie]
        } _: { (_, client, _) async throws in
            func answer(_ number: Int, _ headers: [(String, String)]) async throws -> String {
                try await client.response(client.call(number, headers: headers)).text
            }
            #expect(try await answer(1, []) == "primary")
            #expect(try await answer(3, [("x-insider", "yes")]) == "canary")
            #expect(try await answer(5, [("x-insider", "no")]) == "primary")
            // HTTP/2 may cut the cookie header into pieces.
            #expect(try await answer(7, [("cookie", "a=1"), ("cookie", "b=2")]) == "canary")
        }
    }

    @Test("keeps a client with the affinity cookie on its side, and sets it for the others")
    func affinity() async throws {
        let affinity = try SessionAffinity(cookieName: "side", cookieValue: "r2", attributes: ["Path=/"])
        try await withSides {
            $0.canaryWeight = 50
            $0.affinity = affinity
        } _: { (_, client, _) async throws in
            var cookies: [String] = []
            for number in 0..<10 {
                let response = try await client.response(client.call(2 * number + 1))
                let cookie = response.head?.first(name: "set-cookie")
                #expect((cookie != nil) == (response.text == "canary"))
                cookies += cookie.map { [$0] } ?? []
            }
            #expect(cookies == Array(repeating: "side=r2; Max-Age=86400; Path=/", count: 5))
            for number in 10..<20 {
                let headers = [("cookie", "a=1"), ("cookie", "side=r2")]
                let response = try await client.response(client.call(2 * number + 1, headers: headers))
                #expect(response.text == "canary" && response.head?.first(name: "set-cookie") == nil)
            }
        }
    }

    @Test("serves a side's own address with that side alone")
    func sideListener() async throws {
        try await withSides {
            $0.canaryWeight = 0
        } _: { (proxy, _, _) async throws in
            let port = try #require(proxy.port(of: .side(.canary)))
            let client = try await FramePeer.connect(port)
            for number in [1, 3, 5] {
                #expect(try await client.response(client.call(number)).text == "canary")
            }
            await client.close()
        }
    }

    @Test("finds HTTP/2 however the preface is cut, and only at the beginning of a connection")
    func preface() async throws {
        let replica = try await Replica.start()
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (_, port) async throws in
            let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
            let cut = try await RawClient.connect(port)
            try await cut.send(String(preface.prefix(5)))
            try await cut.send(String(preface.dropFirst(5)) + "\0\0\0\u{4}\0\0\0\0\0")
            // The settings frame of a server.
            try await eventually("an answer") { cut.totalReceived > 9 }
            await cut.close()
            let late = try await RawClient.connect(port)
            try await late.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await late.response().status == 200)
            try await late.send(preface)
            #expect(try await late.response().status >= 400)
            await late.close()
        }
        await replica.stop()
    }
}
