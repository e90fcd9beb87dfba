import Foundation
import LoadTester
import Testing

@Suite("Slow and greedy clients")
struct SlowClientTests {
    private static let podinfo = #"{"name":"podinfo","namespace":"test"}"#

    private static var limits: ServerLimits {
        var limits = ServerLimits()
        limits.request = .milliseconds(400)
        limits.idle = .seconds(1)
        return limits
    }

    private static func head(length: Int) -> String {
        "POST /gate/check HTTP/1.1\r\nHost: x\r\nContent-Length: \(length)\r\n\r\n"
    }

    /// Sends piece after piece with pauses, until the server hangs up, which it must.
    private static func drip(
        _ first: String, _ piece: String, to server: LiveServer
    ) async throws {
        let connection = try RawConnection(to: server.address)
        let begin = ContinuousClock.now
        connection.send(first)
        while connection.received() != nil {
            try #require(ContinuousClock.now - begin < .seconds(30), "the connection is still open")
            guard connection.send(piece) else { break }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    @Test(
        "cuts off a client that drips its request, whatever part of it",
        arguments: [
            ("P", "O"), ("POST /gate/check HTTP/1.1\r\n", "X-A: b\r\n"),
            ("POST /gate/check HTTP/1.1\r\nX-Long: ", "x"), (head(length: 100_000), " "),
            (
                "POST /gate/check HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n"
            ),
        ])
    func drips(_ first: String, _ piece: String) async throws {
        try await LiveServer.run(serverLimits: Self.limits) { server async throws in
            try await Self.drip(first, piece, to: server)
            #expect(try await server.send("/healthz", nil).status == 200)
        }
    }

    @Test("a client that has sent half a request does not hold up the shutdown")
    func shutdown() async throws {
        let process = try await LoadTesterProcess(["--grace-period", "5m", "--request-timeout", "5m"])
        let connection = try RawConnection(to: process.server)
        connection.send(Self.head(length: 100) + "{")
        // Answered after the half request was read: one event loop may have both, the kernel keeps order.
        #expect(try await process.server.send("/healthz", nil).status == 200)
        // Long before the request or the grace period would be over.
        #expect(try await process.end(by: SIGTERM) == 0)
    }

    @Test("cuts off a client that sends half a request and nothing more")
    func halfRequest() async throws {
        try await LiveServer.run(serverLimits: Self.limits) { server async throws in
            let connection = try RawConnection(to: server.address)
            connection.send(Self.head(length: 100) + "{")
            _ = try await connection.receivedToEnd()
        }
    }

    @Test("cuts off a client that asks nothing")
    func silence() async throws {
        try await LiveServer.run(serverLimits: Self.limits) { server async throws in
            #expect(try await RawConnection(to: server.address).receivedToEnd() == "")
        }
    }

    @Test("keeps a connection whose requests come in time, past the limit of one request")
    func keepsGoodClients() async throws {
        var limits = Self.limits
        limits.idle = .seconds(30)
        try await LiveServer.run(serverLimits: limits) { server async throws in
            let connection = try RawConnection(to: server.address)
            for _ in 0..<8 {
                connection.send(Self.head(length: Self.podinfo.utf8.count) + Self.podinfo)
                var answer = ""
                try await eventually {
                    answer += try #require(connection.received())
                    return answer.hasSuffix("Forbidden")
                }
                #expect(answer.hasPrefix("HTTP/1.1 403"))
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    @Test("lets a task run longer than a request may take to arrive")
    func longTask() async throws {
        try await LiveServer.run(serverLimits: Self.limits) { server async throws in
            let payload = try taskPayload([
                "type": "bash", "cmd": "sleep 1.5; echo ok", "returnCmdOutput": "true",
            ])
            #expect(try await server.send("/", payload) == .init(status: 200, body: "ok\n"))
        }
    }

    @Test("cuts off a client that does not take its answer")
    func stalledReader() async throws {
        var limits = TaskLimits()
        limits.outputBytes = 8 << 20
        try await LiveServer.run(limits: limits, serverLimits: Self.limits) { server async throws in
            let payload = try taskPayload([
                "type": "bash", "cmd": "head -c 8000000 /dev/zero | tr '\\0' x", "returnCmdOutput": "true",
            ])
            let connection = try RawConnection(to: server.address, receiveBuffer: 4096)
            connection.send(
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(payload.utf8.count)\r\n\r\n\(payload)")
            try await eventually { await server.tasks.records().contains { $0.output.count > 1_000_000 } }
            try await eventually { try !connection.serverEnd.isOpen }
            #expect(try await connection.receivedToEnd().utf8.count < 8_000_000)
        }
    }

    @Test(
        "refuses too many or too long headers, and serves on",
        arguments: [
            "X-Long: \(String(repeating: "x", count: 100_000))\r\n",
            String(repeating: "X-A: b\r\n", count: 5_000),
            "\(String(repeating: "x", count: 100_000)): b\r\n",
        ])
    func headers(_ headers: String) async throws {
        try await LiveServer.run { server async throws in
            let connection = try RawConnection(to: server.address)
            connection.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\(headers)\r\n")
            let answer = try await connection.receivedToEnd()
            #expect(!answer.contains(" 200 "))
            #expect(try await server.send("/healthz", nil).status == 200)
        }
    }

    @Test("refuses a large body by its announced length, and one without length when the limit is passed")
    func largeBodies() async throws {
        try await LiveServer.run { server async throws in
            let announced = try RawConnection(to: server.address)
            announced.send(Self.head(length: 1 << 40) + "{")
            var answer = ""
            try await eventually {
                answer += announced.received() ?? ""
                return answer.hasPrefix("HTTP/1.1 413")
            }
            let chunked = try RawConnection(to: server.address)
            chunked.send("POST /gate/check HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
            answer = ""
            try await eventually {
                chunked.send("1000\r\n\(String(repeating: " ", count: 4096))\r\n")
                answer += chunked.received() ?? ""
                return answer.hasPrefix("HTTP/1.1 413")
            }
        }
    }

    @Test("accepts no more connections than it may, and the next when one has gone")
    func connections() async throws {
        var limits = ServerLimits()
        limits.connections = 2
        try await LiveServer.run(serverLimits: limits) { server async throws in
            let request = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
            var first: RawConnection? = try RawConnection(to: server.address)
            let second = try RawConnection(to: server.address)
            for connection in [try #require(first), second] {
                connection.send(request)
                try await eventually { connection.received()?.isEmpty == false }
            }
            let third = try RawConnection(to: server.address)
            third.send(request)
            try await Task.sleep(for: .milliseconds(300))
            #expect(third.received() == "")
            first = nil
            try await eventually { third.received()?.isEmpty == false }
        }
    }
}
