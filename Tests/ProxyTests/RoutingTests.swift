import Testing

@testable import Proxy

@Suite("Routing") struct RoutingTests {
    private func withSides(
        _ change: @escaping (inout RoutingTable) -> Void, loops: Int = 1,
        _ body: (ReverseProxy, Int) async throws -> Void
    ) async throws {
        let primary = try await Replica.start { _ in Replica.Reply(body: "primary") }
        let canary = try await Replica.start { _ in Replica.Reply(body: "canary") }
        var table = RoutingTable(primary: [primary.endpoint], canary: [canary.endpoint])
        change(&table)
        try await withProxy(table, loops: loops, body)
        await primary.stop()
        await canary.stop()
    }

    private func canaryShare(_ port: Int, of count: Int, headers: [String] = []) async throws -> Int {
        let client = try await RawClient.connect(port)
        var canary = 0
        let head = (["GET / HTTP/1.1", "Host: a"] + headers).joined(separator: "\r\n") + "\r\n\r\n"
        for _ in 0..<count {
            try await client.send(head)
            if try await client.response().text == "canary" { canary += 1 }
        }
        await client.close()
        return canary
    }

    @Test("gives the canary exactly its weight", arguments: [0, 1, 10, 33, 50, 99, 100])
    func weights(weight: Int) async throws {
        try await withSides({ $0.canaryWeight = weight }) { (_, port) async throws in
            #expect(try await canaryShare(port, of: 200) == 2 * weight)
        }
    }

    @Test("takes turns among the replicas of a side")
    func roundRobin() async throws {
        var replicas: [Replica] = []
        for _ in 0..<3 { replicas.append(try await Replica.start()) }
        try await withProxy(RoutingTable(primary: replicas.map(\.endpoint))) { (_, port) async throws in
            for _ in 0..<9 { _ = try await get(port) }
            #expect(replicas.map(\.requests.count) == [3, 3, 3])
        }
        for replica in replicas { await replica.stop() }
    }

    @Test("sends a request that meets any match to the canary, and the others by weight")
    func matches() async throws {
        let insider = try RequestMatch(headers: [
            "X-Canary": .exact("insider"), "user-agent": .prefix("Test/"),
        ])
        let cookie = try RequestMatch(headers: [
            "cookie": .regex(RegularExpression("^(.*?;)?\\s*(canary=always)(;.*)?$"))
        ])
        try await withSides({ $0.match = [insider, cookie] }) { (_, port) async throws in
            let both = ["x-canary: insider", "User-Agent: Test/1"]
            #expect(try await get(port, headers: both).text == "canary")
            #expect(try await get(port, headers: ["x-canary: insider"]).text == "primary")
            #expect(try await get(port, headers: ["Cookie: a=b; canary=always; c=d"]).text == "canary")
            #expect(try await get(port, headers: ["Cookie: canary=alwaysnot"]).text == "primary")
            #expect(try await get(port).text == "primary")
        }
    }

    @Test("matches the host of a target that is a whole URL, which stands in for the field")
    func wholeURL() async throws {
        let host = try RequestMatch(headers: ["host": .exact("canary.test")])
        try await withSides({ $0.match = [host] }) { (_, port) async throws in
            #expect(try await get(port, "http://canary.test/").text == "canary")
            #expect(
                try await get(port, "http://app.test/", headers: ["X-Host: canary.test"]).text == "primary")
            #expect(try await get(port).text == "primary")
        }
    }

    @Test("keeps who was sent to the canary there by a cookie that old revisions' cookies do not replace")
    func affinity() async throws {
        let affinity = try SessionAffinity(
            cookieName: "flagger-cookie", cookieValue: "rev2", maxAge: .seconds(60),
            attributes: ["Path=/", "Secure"])
        try await withSides({
            $0.canaryWeight = 1
            $0.affinity = affinity
        }) { (proxy, port) async throws in
            var line: String?
            for _ in 0..<200 where line == nil {
                let response = try await get(port)
                #expect((response.header("set-cookie") != nil) == (response.text == "canary"))
                line = response.header("set-cookie")
            }
            #expect(line == "flagger-cookie=rev2; Max-Age=60; Path=/; Secure")
            #expect(try await canaryShare(port, of: 30, headers: ["Cookie: x=1; flagger-cookie=rev2"]) == 30)
            #expect(try await canaryShare(port, of: 100, headers: ["Cookie: flagger-cookie=rev1"]) <= 2)
            var table = proxy.shared.current.table
            table.canaryWeight = 0
            proxy.update(table)
            #expect(try await canaryShare(port, of: 10, headers: ["Cookie: flagger-cookie=rev2"]) == 0)
        }
    }

    @Test("keeps who was sent to the primary there too when asked to")
    func primaryAffinity() async throws {
        let affinity = try SessionAffinity(
            cookieName: "c", cookieValue: "rev2", primaryCookieName: "p")
        try await withSides({
            $0.canaryWeight = 50
            $0.affinity = affinity
        }) { (proxy, port) async throws in
            #expect(try await canaryShare(port, of: 20, headers: ["Cookie: p=rev2"]) == 0)
            #expect(try await canaryShare(port, of: 20, headers: ["Cookie: c=rev2"]) == 20)
            var table = proxy.shared.current.table
            table.canaryWeight = 100
            proxy.update(table)
            #expect(try await canaryShare(port, of: 10, headers: ["Cookie: p=rev2"]) == 10)
        }
    }

    @Test("never answers 503 at the apex while one side could answer")
    func fallback() async throws {
        try await withSides({
            $0.canary = []
            $0.canaryWeight = 100
        }) { (proxy, port) async throws in
            #expect(try await get(port).text == "primary")
            let canary = try #require(proxy.port(of: .side(.canary)))
            let refused = try await get(canary)
            #expect(refused.status == 503 && refused.text == "no replica of canary is ready\n")
        }
        try await withSides({ $0.primary = [] }) { (_, port) async throws in
            #expect(try await get(port).text == "canary")
        }
    }

    @Test("serves one side alone at that side's address")
    func sideListeners() async throws {
        try await withSides({ $0.canaryWeight = 100 }) { (proxy, _) async throws in
            let primary = try #require(proxy.port(of: .side(.primary)))
            let canary = try #require(proxy.port(of: .side(.canary)))
            #expect(try await canaryShare(primary, of: 10) == 0)
            #expect(try await canaryShare(canary, of: 10) == 10)
        }
    }

    @Test("follows a new table from the first request after the update, on every event loop")
    func update() async throws {
        try await withSides({ _ in }, loops: 2) { (proxy, port) async throws in
            var table = proxy.shared.current.table
            for round in 0..<40 {
                table.canaryWeight = round % 2 == 0 ? 100 : 0
                proxy.update(table)
                #expect(try await get(port).text == (round % 2 == 0 ? "canary" : "primary"))
            }
        }
    }
}
