import Testing

@testable import Proxy

@Suite("Strictness") struct StrictnessTests {
    static let refused: [(String, Int)] = [
        (
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400
        ),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nabcd", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +4\r\n\r\nabcd", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4, 4\r\n\r\nabcd", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            501
        ),
        ("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\n X-Folded: 1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\nX-Bare: 1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nX-Nul: a\u{0}b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nX-Return: a\rb\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n: none\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
        ("GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET http:// HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET http://user:password@b/x HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET http://b,c/x HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET http://b\\c/x HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET https://b#c HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET ftp://b/x HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET x HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /\u{1} HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400),
        ("G@T / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
        ("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 405),
        ("GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X-Field: 1\r\n", count: 200) + "\r\n", 431),
        ("GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + String(repeating: "x", count: 40_000) + "\r\n\r\n", 431),
        ("GET /" + String(repeating: "x", count: 40_000) + " HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n", 413),
    ]

    @Test(
        "refuses what another server might read differently, and lets none of it through", arguments: refused)
    func refuses(request: String, status: Int) async throws {
        let replica = try await RawReplica.start()
        try await withProxy(RoutingTable(primary: [replica.endpoint]), limits: { $0.requestBodyBytes = 1000 })
        {
            (_, port) async throws in
            let client = try await RawClient.connect(port)
            try await client.send(request)
            let response = try await client.response()
            #expect(response.status == status)
            #expect(!response.text.isEmpty)
            #expect(response.header("connection") == "close")
            try await client.awaitClose()
            #expect(replica.received == "")
        }
        await replica.stop()
    }

    static let badChunks = [
        "g\r\n", " 5\r\n", "5 \r\nhello\r\n", "5\nhello\r\n", "5\r\nhelloX\r\n", "0x5\r\nhello\r\n", "-1\r\n",
        "\r\n",
        "1000000000000000\r\n", "5;a\u{0}\r\nhello\r\n", "0\r\nbad trailer: 1\r\n\r\n", "0\r\n\n",
    ]

    @Test("refuses malformed chunks and gives the replica no end of the body", arguments: badChunks)
    func refusesChunks(chunks: String) async throws {
        let replica = try await RawReplica.start()
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (_, port) async throws in
            let client = try await RawClient.connect(port)
            try await client.send(
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
            try await eventually("the first chunk at the replica") { replica.received.hasSuffix("abc\r\n") }
            try await client.send(chunks)
            #expect(try await client.response().status == 400)
            try await eventually("the replica's connection to be closed") {
                replica.connections.allSatisfy { !$0.isActive }
            }
            #expect(!replica.received.hasSuffix("0\r\n\r\n"))
        }
        await replica.stop()
    }

    @Test("refuses a chunked body beyond the limit once it is exceeded")
    func chunkedLimit() async throws {
        let replica = try await RawReplica.start()
        try await withProxy(RoutingTable(primary: [replica.endpoint]), limits: { $0.requestBodyBytes = 1000 })
        {
            (_, port) async throws in
            let client = try await RawClient.connect(port)
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            try await client.send("7d0\r\n" + String(repeating: "x", count: 2000) + "\r\n")
            #expect(try await client.response().status == 413)
        }
        await replica.stop()
    }

    static let badResponses = [
        "HTTP/1.1 2x0 OK\r\n\r\n", "ICY 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nBad Name: 1\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
        "HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 70_000),
    ]

    @Test("answers 502 in place of a response that cannot be passed on", arguments: badResponses)
    func badGateway(response: String) async throws {
        let replica = try await RawReplica.start { _, channel in channel.reply(response) }
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (proxy, port) async throws in
            #expect(try await get(port).status == 502)
            #expect(await proxy.statistics(.primary, over: .seconds(10)).failures == 1)
        }
        await replica.stop()
    }

    @Test("passes sixteen interim responses on, without a length, and answers 502 in place of more")
    func interims() async throws {
        let interim = "HTTP/1.1 102 Processing\r\nContent-Length: 4\r\n\r\n"
        let replica = try await RawReplica.start { request, channel in
            let count = request.hasPrefix("GET /many") ? 17 : 16
            channel.reply(
                String(repeating: interim, count: count) + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        }
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (_, port) async throws in
            for (path, status) in [("/some", 200), ("/many", 502)] {
                let client = try await RawClient.connect(port)
                try await client.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
                for _ in 0..<16 {
                    let response = try await client.response()
                    #expect(response.status == 102 && response.header("content-length") == nil)
                }
                #expect(try await client.response().status == status)
                await client.close()
            }
        }
        await replica.stop()
    }

    @Test("does not take bytes after a response for the answer to the next request")
    func responseSplitting() async throws {
        let replica = try await RawReplica.start { _, channel in
            channel.reply(
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
            )
        }
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (_, port) async throws in
            let client = try await RawClient.connect(port)
            for _ in 0..<3 {
                try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try await client.response().text == "ok")
            }
        }
        await replica.stop()
    }
}
