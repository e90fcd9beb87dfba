import NIOHTTP1
import Testing

@testable import LoadGenerator

struct LoadRunTests {
    /// Runs load against a fresh server.
    private func run(
        _ path: String, _ change: (inout LoadPlan) throws -> Void = { _ in }
    ) async throws -> (LoadReport, ScriptedServer) {
        let server = try await ScriptedServer.start()
        var plan = LoadPlan(target: try LoadTarget(server.url + path))
        plan.threads = 2
        (plan.workers, plan.requests) = (4, 20)
        try change(&plan)
        let report = try await LoadRun(plan).run()
        await server.stop()
        return (report, server)
    }

    @Test(
        "sends exactly the requests asked for", arguments: [(1, 1), (4, 20), (7, 100), (30, 100), (50, 50)])
    func count(workers: Int, requests: Int) async throws {
        let (report, server) = try await run("/") { ($0.workers, $0.requests) = (workers, requests) }
        #expect(report.requests == requests)
        #expect(report.statusCodes == [200: requests])
        #expect(report.errors.isEmpty)
        #expect(report.bytes == requests * 5)
        #expect(server.requests.count == requests)
    }

    @Test("keeps one connection a worker, or opens one a request")
    func connections() async throws {
        let (_, kept) = try await run("/sleep/5")
        #expect(kept.connections == 4)
        let (report, single) = try await run("/") { $0.keepsAlive = false }
        #expect(single.connections == 20)
        #expect(single.requests.allSatisfy { $0.head.headers["Connection"] == ["close"] })
        #expect(report.statusCodes == [200: 20])
    }

    @Test("sends method, headers and body as told")
    func request() async throws {
        let (_, server) = try await run("/a/b?c=d") { plan in
            try plan.request.setMethod("PUT")
            plan.request.body = Array("{test: 2}".utf8)
            plan.request.accept = "text/plain"
            plan.request.credentials = "me:pw"
            plan.request.hostHeader = "shop.example"
            try plan.request.addHeader("X-Trace: 1")
            try plan.request.addHeader("content-type: application/json")
            plan.requests = 4
        }
        let sent = try #require(server.requests.first)
        #expect(sent.head.method == .PUT)
        #expect(sent.head.uri == "/a/b?c=d")
        #expect(sent.body == "{test: 2}")
        let expected = [
            ("Host", "shop.example"), ("Accept", "text/plain"), ("Authorization", "Basic bWU6cHc="),
            ("X-Trace", "1"), ("Content-Type", "application/json"), ("Content-Length", "9"),
            ("Accept-Encoding", "gzip"), ("User-Agent", "hey/0.0.1"),
        ]
        for (name, value) in expected { #expect(sent.head.headers[name] == [value]) }
    }

    @Test("reads answers to HEAD without waiting for a body")
    func head() async throws {
        let (report, _) = try await run("/") { try $0.request.setMethod("HEAD") }
        #expect(report.statusCodes == [200: 20])
    }

    @Test("counts answers by status")
    func statuses() async throws {
        let (report, _) = try await run("/status/503")
        #expect(report.statusCodes == [503: 20])
        #expect(report.errors.isEmpty)
    }

    @Test("never exceeds the rate of each worker, for the duration")
    func rate() async throws {
        let (report, server) = try await run("/") { plan in
            (plan.workers, plan.duration, plan.ratePerWorker) = (2, .seconds(1), 20)
        }
        // A busy machine may leave some out; a worker that is late does not catch up.
        #expect((1...40).contains(report.requests))
        #expect(server.requests.count == report.requests)
        #expect(report.elapsed >= 0.5)
    }

    @Test("agrees with a server whose latency is known")
    func latency() async throws {
        let (report, _) = try await run("/sleep/40") { ($0.workers, $0.requests) = (2, 20) }
        let median = try #require(report.percentiles.first { $0.percent == 50 })
        #expect(median.latency >= 0.040)
        #expect(report.latency.fastest >= 0.040)
        #expect(report.histogram.map(\.count).reduce(0, +) == 20)
    }

    @Test("reports what was measured when it is cancelled, at once")
    func cancellation() async throws {
        let server = try await ScriptedServer.start()
        var plan = LoadPlan(target: try LoadTarget(server.url + "/silent"))
        (plan.workers, plan.duration) = (3, .seconds(60))
        let load = try LoadRun(plan)
        let started = ContinuousClock.now
        let report = try await withThrowingTaskGroup(of: LoadReport.self) { group in
            group.addTask { try await load.run() }
            while server.requests.count < 3 { try await Task.sleep(for: .milliseconds(2)) }
            group.cancelAll()
            return try #require(try await group.next())
        }
        #expect(report.requests == 0)
        #expect(ContinuousClock.now - started < .seconds(40))
        await server.stop()
    }

    @Test("tells the progress each second")
    func progress() async throws {
        let server = try await ScriptedServer.start()
        var plan = LoadPlan(target: try LoadTarget(server.url))
        (plan.workers, plan.duration, plan.ratePerWorker) = (1, .seconds(3), 50)
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        _ = try await LoadRun(plan).run { continuation.yield($0.progress) }
        continuation.finish()
        var seen: [String] = []
        for await line in lines { seen.append(line) }
        let line = try #require(seen.first)
        let form = /[0-9]+s  [0-9]+ requests  [0-9]+\/s  (p50 .* p99 .*  )?errors 0  [0-2]s left/
        #expect(line.wholeMatch(of: form) != nil)
        await server.stop()
    }

    @Test("dials a mapped name at its address, and keeps it in the Host header")
    func hostMap() async throws {
        let server = try await ScriptedServer.start()
        var plan = LoadPlan(target: try LoadTarget("http://podinfo-canary.test:9898/"))
        (plan.workers, plan.requests) = (1, 1)
        plan.hostMap = try HostMap("podinfo-canary.test=127.0.0.1:\(server.port)")
        let report = try await LoadRun(plan).run()
        #expect(report.statusCodes == [200: 1])
        #expect(server.requests.first?.head.headers["Host"] == ["podinfo-canary.test:9898"])
        await server.stop()
    }
}
