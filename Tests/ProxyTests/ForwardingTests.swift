import NIOCore
import Testing

@testable import Proxy

@Suite("Forwarding") struct ForwardingTests {
    @Test("passes a request and its response on, and uses both connections again")
    func keepsConnections() async throws {
        let replica = try await Replica.start { Replica.Reply(body: "path \($0.head.uri)") }
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (_, port) async throws in
            let client = try await RawClient.connect(port)
            for path in ["/a", "/b?q=1", "/c"] {
                try await client.send("GET \(path) HTTP/1.1\r\nHost: app.test\r\n\r\n")
                let response = try await client.response()
                #expect(response.status == 200 && response.text == "path \(path)")
            }
            #expect(replica.connections == 1)
            #expect(!client.isClosed)
        }
        await replica.stop()
    }

    @Test("tells the replica who asked, and removes what belongs to one hop, in both directions")
    func hopByHop() async throws {
        let replica = try await Replica.start { _ in
            Replica.Reply(headers: [
                "Connection": "x-internal, keep-alive", "Keep-Alive": "timeout=5", "X-Internal": "1",
                "X-Public": "2", "Proxy-Connection": "keep-alive", "Upgrade": "h2c",
            ])
        }
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (_, port) async throws in
            let response = try await get(
                port,
                headers: [
                    "Keep-Alive: 300", "TE: trailers", "Proxy-Authorization: Basic eDp5", "X-Secret: 1",
                    "Connection: X-Secret, Host", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__",
                    "X-Forwarded-For: 203.0.113.7", "X-Forwarded-Proto: https", "X-Kept: yes",
                ])
            #expect(response.header("x-public") == "2")
            for gone in ["x-internal", "keep-alive", "proxy-connection", "upgrade"] {
                #expect(response.header(gone) == nil, "\(gone)")
            }
            #expect(response.all("connection") == ["close"])
            let headers = try #require(replica.requests.first?.head.headers)
            let absent = [
                "connection", "keep-alive", "te", "proxy-authorization", "x-secret", "upgrade",
                "http2-settings",
            ]
            for gone in absent { #expect(headers[gone].isEmpty, "\(gone)") }
            #expect(headers["host"] == ["app.test"])
            #expect(headers["x-kept"] == ["yes"])
            #expect(headers["x-forwarded-for"] == ["203.0.113.7, 127.0.0.1"])
            #expect(headers["x-forwarded-proto"] == ["https"])
            #expect(headers["x-forwarded-host"] == ["app.test"])
        }
        await replica.stop()
    }

    @Test("turns an absolute target into a path and its host")
    func absoluteTarget() async throws {
        let replica = try await Replica.start()
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (_, port) async throws in
            let client = try await RawClient.connect(port)
            try await client.send("GET http://other.test:80?x=1 HTTP/1.1\r\nHost: app.test\r\n\r\n")
            #expect(try await client.response().status == 200)
            let head = try #require(replica.requests.first?.head)
            #expect(head.uri == "/?x=1")
            #expect(head.headers["host"] == ["other.test:80"])
        }
        await replica.stop()
    }

    @Test("streams chunked and counted bodies to the replica", arguments: [true, false])
    func requestBodies(isChunked: Bool) async throws {
        let replica = try await Replica.start { Replica.Reply(body: "\($0.body.count)") }
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (_, port) async throws in
            let client = try await RawClient.connect(port)
            let part = [UInt8](repeating: 0x61, count: 50_000)
            for _ in 0..<2 {
                let length = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: 150000"
                try await client.send("POST /in HTTP/1.1\r\nHost: app.test\r\n\(length)\r\n\r\n")
                for _ in 0..<3 {
                    if isChunked { try await client.send("C350;ext=1\r\n") }
                    try await client.send(part)
                    if isChunked { try await client.send("\r\n") }
                }
                if isChunked { try await client.send("0\r\nX-Trailer: 1\r\n\r\n") }
                #expect(try await client.response().text == "150000")
            }
            #expect(replica.connections == 1)
        }
        await replica.stop()
    }

    @Test("streams chunked responses, and answers requests sent ahead in order")
    func pipelining() async throws {
        let replica = try await Replica.start { request in
            Replica.Reply(
                headers: ["Transfer-Encoding": "chunked"], body: String(request.head.uri.dropFirst()))
        }
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (_, port) async throws in
            let client = try await RawClient.connect(port)
            let all = (0..<20).map { "GET /\($0) HTTP/1.1\r\nHost: app.test\r\n\r\n" }.joined()
            try await client.send(all)
            for number in 0..<20 { #expect(try await client.response().text == "\(number)") }
        }
        await replica.stop()
    }

    @Test("knows which responses have no body")
    func bodiless() async throws {
        let replica = try await Replica.start { request in
            switch request.head.uri {
            case "/204": Replica.Reply(status: .noContent, body: "")
            case "/304": Replica.Reply(status: .notModified, body: "")
            default: Replica.Reply(body: "12345")
            }
        }
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (_, port) async throws in
            let client = try await RawClient.connect(port)
            try await client.send("HEAD / HTTP/1.1\r\nHost: app.test\r\n\r\n")
            let head = try await client.response(answersHead: true)
            #expect(head.header("content-length") == "5")
            for path in ["/204", "/304"] {
                try await client.send("GET \(path) HTTP/1.1\r\nHost: app.test\r\n\r\n")
                let response = try await client.response()
                #expect("/\(response.status)" == path)
            }
            try await client.send("GET / HTTP/1.1\r\nHost: app.test\r\n\r\n")
            #expect(try await client.response().text == "12345")
            #expect(replica.connections == 1)
        }
        await replica.stop()
    }

    @Test("passes 100 Continue on before the body is sent")
    func expectContinue() async throws {
        let replica = try await RawReplica.start { text, channel in
            if text.contains("Expect: 100-continue") { channel.reply("HTTP/1.1 100 Continue\r\n\r\n") }
            if text.hasSuffix("hello") { channel.reply("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") }
        }
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (_, port) async throws in
            let client = try await RawClient.connect(port)
            try await client.send(
                "POST / HTTP/1.1\r\nHost: app.test\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
            #expect(try await client.response().status == 100)
            try await client.send("hello")
            #expect(try await client.response().text == "ok")
        }
        await replica.stop()
    }

    @Test("passes on a response that ends with its connection, and ends the client's")
    func untilClose() async throws {
        let replica = try await RawReplica.start { _, channel in
            channel.reply("HTTP/1.0 200 OK\r\nX-Old: 1\r\n\r\nfirst ")
            channel.writeAndFlush(ByteBuffer(string: "last")).whenComplete { _ in channel.close(promise: nil)
            }
        }
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (_, port) async throws in
            let client = try await RawClient.connect(port)
            try await client.send("GET / HTTP/1.1\r\nHost: app.test\r\n\r\n")
            let response = try await client.response()
            #expect(response.version == "HTTP/1.1" && response.text == "first last")
            #expect(response.header("connection") == "close")
            try await client.awaitClose()
        }
        await replica.stop()
    }

    @Test("serves HTTP/1.0 clients, and keeps their connection when they ask for it")
    func oldClients() async throws {
        let replica = try await Replica.start()
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (_, port) async throws in
            let client = try await RawClient.connect(port)
            try await client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(try await client.response().header("connection") == "keep-alive")
            try await client.send("GET / HTTP/1.0\r\n\r\n")
            #expect(try await client.response().status == 200)
            try await client.awaitClose()
        }
        await replica.stop()
    }
}
