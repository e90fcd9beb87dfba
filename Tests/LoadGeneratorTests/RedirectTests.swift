import NIOHTTP1
import Testing

@testable import LoadGenerator

struct RedirectTests {
    private func run(_ path: String, _ change: (inout LoadPlan) throws -> Void) async throws -> (
        LoadReport, [ScriptedServer.Received]
    ) {
        let server = try await ScriptedServer.start()
        var plan = LoadPlan(target: try LoadTarget(server.url + path))
        (plan.workers, plan.requests) = (1, 1)
        try change(&plan)
        let report = try await LoadRun(plan).run()
        await server.stop()
        return (report, server.requests)
    }

    @Test("follows a redirect on the same connection, and reports the last answer")
    func follow() async throws {
        let (report, requests) = try await run("/to/302/status/404") { _ in }
        #expect(report.statusCodes == [404: 1])
        #expect(requests.map(\.head.uri) == ["/to/302/status/404", "/status/404"])
        #expect(Set(requests.map(\.connection)).count == 1)
    }

    @Test("does not follow when told not to")
    func disabled() async throws {
        let (report, requests) = try await run("/to/302/status/404") { $0.followsRedirects = false }
        #expect(report.statusCodes == [302: 1])
        #expect(requests.count == 1)
    }

    @Test(
        "repeats the method for 307 and 308, and asks with GET otherwise",
        arguments: [301, 302, 303, 307, 308])
    func method(status: Int) async throws {
        let (_, requests) = try await run("/to/\(status)/there") { try $0.request.setMethod("POST") }
        let last = try #require(requests.last)
        #expect(last.head.uri == "/there")
        #expect(last.head.method == (status >= 307 ? .POST : .GET))
        #expect(last.head.headers["Referer"].first?.hasSuffix("/to/\(status)/there") == true)
    }

    @Test("does not send a body a second time", arguments: [301, 307, 308])
    func body(status: Int) async throws {
        let (report, requests) = try await run("/to/\(status)/there") { plan in
            try plan.request.setMethod("POST")
            plan.request.body = Array("body".utf8)
        }
        #expect(report.statusCodes == (status >= 307 ? [status: 1] : [200: 1]))
        #expect(requests.map(\.body) == (status >= 307 ? ["body"] : ["body", ""]))
    }

    @Test("takes a redirect to nowhere for an answer, and names one that cannot be requested")
    func nowhere() async throws {
        let (report, _) = try await run("/nowhere") { _ in }
        #expect(report.statusCodes == [302: 1])
        let server = try await RawServer.start { _ in
            "HTTP/1.1 302 Found\r\nLocation: ftp://x/\r\nContent-Length: 0\r\n\r\n"
        }
        var plan = LoadPlan(target: try LoadTarget("http://127.0.0.1:\(server.port)/"))
        (plan.workers, plan.requests) = (1, 1)
        let refused = try await LoadRun(plan).run()
        #expect(refused.errors == ["redirected to ftp://x/, which cannot be requested": 1])
        await server.stop()
    }

    @Test("sends credentials to the first server alone")
    func credentials() throws {
        var request = LoadRequest()
        request.credentials = "me:pw"
        try request.addHeader("Cookie: a=b")
        let origin = try LoadTarget("http://one.test/")
        let other = try #require(origin.redirected(to: "http://two.test/x"))
        let same = try #require(origin.redirected(to: "next"))
        func sent(to target: LoadTarget) -> String {
            String(buffer: request.bytes(for: target, origin: origin, keepsAlive: true, proxy: nil))
        }
        #expect(!sent(to: other).contains("Authorization"))
        #expect(!sent(to: other).contains("Cookie"))
        #expect(sent(to: same).contains("\r\nCookie: a=b\r\n"))
        #expect(same.path == "/next")
    }
}
