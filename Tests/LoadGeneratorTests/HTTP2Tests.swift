import NIOHPACK
import Testing

@testable import LoadGenerator

struct HTTP2Tests {
    private func run(
        _ path: String, mostStreams: Int = 100, _ change: (inout LoadPlan) throws -> Void = { _ in }
    ) async throws -> (LoadReport, ScriptedHTTP2Server.Seen) {
        let server = try await ScriptedHTTP2Server.start(mostStreams: mostStreams)
        var plan = LoadPlan(target: try LoadTarget(server.url + path))
        (plan.workers, plan.requests, plan.threads, plan.version) = (4, 20, 1, .http2)
        plan.timeout = .seconds(60)
        try change(&plan)
        let report = try await LoadRun(plan).run()
        await server.stop()
        return (report, server.seen)
    }

    @Test("sends all workers' requests on one connection, at the same time")
    func multiplexed() async throws {
        let (report, seen) = try await run("/slow")
        #expect(report.statusCodes == [200: 20])
        #expect(report.bytes == 100)
        #expect(seen.connections == 1)
        #expect(seen.mostStreams == 4)
    }

    @Test("opens more connections where the server limits the streams of one")
    func limited() async throws {
        let (report, seen) = try await run("/slow", mostStreams: 2)
        #expect(report.statusCodes == [200: 20])
        #expect(report.errors.isEmpty)
        #expect((2...4).contains(seen.connections))
        #expect(seen.mostStreams <= 2)
    }

    @Test("waits on one connection for a server that takes no streams, until the time-out")
    func noStreams() async throws {
        let (report, seen) = try await run("/", mostStreams: 0) { plan in
            (plan.requests, plan.timeout) = (4, .seconds(5))
        }
        #expect(report.statusCodes.isEmpty)
        #expect(report.errors.values.reduce(0, +) == 4)
        #expect(seen.connections == 1)
    }

    @Test("sends lower-case headers, and none that belong to a connection")
    func headers() async throws {
        let (_, seen) = try await run("/a?b=c") { plan in
            plan.requests = 4
            plan.request.hostHeader = "shop.test"
            try plan.request.addHeader("X-Trace: 1")
            try plan.request.addHeader("Connection: close")
        }
        let sent = try #require(seen.requests.first)
        let expected: HPACKHeaders = [
            ":method": "GET", ":scheme": "http", ":authority": "shop.test", ":path": "/a?b=c",
            "user-agent": "hey/0.0.1", "content-type": "text/html", "x-trace": "1", "accept-encoding": "gzip",
        ]
        #expect(sent == expected)
    }

    @Test("sends and reads bodies far larger than the windows of flow control")
    func flowControl() async throws {
        let (sent, seen) = try await run("/") { plan in
            try plan.request.setMethod("POST")
            plan.request.body = [UInt8](repeating: 0x61, count: 300_000)
        }
        #expect(sent.statusCodes == [200: 20])
        #expect(seen.bodyBytes == 20 * 300_000)
        let (read, _) = try await run("/large") { $0.requests = 4 }
        #expect(read.statusCodes == [200: 4])
        #expect(read.bytes == 4 * 200 * 100_000)
    }

    @Test(
        "names what went wrong on a stream, and goes on with the others",
        arguments: [
            ("/reset", "the server reset the stream: INTERNAL_ERROR"),
            ("/half", "the answer breaks HTTP/2: content length violated"),
            ("/close", "the server closed the connection without an answer"),
        ])
    func named(path: String, error: String) async throws {
        let (report, _) = try await run(path)
        #expect(report.errors == [error: 20])
        #expect(report.statusCodes.isEmpty)
    }

    @Test(
        "sends again what the server says it has not looked at", arguments: ["/refuse-first", "/away-first"])
    func unprocessed(path: String) async throws {
        let (report, seen) = try await run(path) { ($0.workers, $0.requests) = (1, 5) }
        #expect(report.statusCodes == [200: 5])
        #expect(report.errors.isEmpty)
        #expect(seen.requests.count >= 6)
    }

    @Test("gives up a stream whose time is over, and keeps the connection")
    func timeout() async throws {
        let (silent, seen) = try await run("/silent") { ($0.requests, $0.timeout) = (8, .seconds(5)) }
        #expect(silent.errors == ["timed out after 5.0s waiting for the answer": 8])
        #expect(seen.connections == 1)
        let (begun, _) = try await run("/begun") { ($0.requests, $0.timeout) = (4, .seconds(5)) }
        #expect(begun.errors == ["timed out after 5.0s in the middle of the answer": 4])
    }

    @Test("says that a server does not speak HTTP/2")
    func notHTTP2() async throws {
        let server = try await RawServer.start(closes: true) { _ in "HTTP/1.1 400 Bad Request\r\n\r\n" }
        var plan = LoadPlan(target: try LoadTarget("http://127.0.0.1:\(server.port)/"))
        (plan.workers, plan.requests, plan.version) = (2, 4, .http2)
        let report = try await LoadRun(plan).run()
        #expect(report.failures == 4)
        #expect(report.errors.keys.allSatisfy { $0.hasPrefix("the answer breaks HTTP/2") })
        await server.stop()
    }
}
