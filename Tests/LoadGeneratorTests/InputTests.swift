import Testing

@testable import LoadGenerator

struct InputTests {
    @Test(
        "takes URLs apart",
        arguments: [
            ("http://podinfo.test:9898/a?b=c", "podinfo.test", 9898, "/a?b=c", "podinfo.test:9898"),
            ("http://podinfo.test", "podinfo.test", 80, "/", "podinfo.test"),
            ("https://podinfo.test/a", "podinfo.test", 443, "/a", "podinfo.test"),
            ("http://[::1]:8080?x=1", "::1", 8080, "/?x=1", "[::1]:8080"),
        ])
    func url(text: String, host: String, port: Int, path: String, authority: String) throws {
        let target = try LoadTarget(text)
        #expect(target.host == host)
        #expect(target.port == port)
        #expect(target.path == path)
        #expect(target.authority == authority)
    }

    @Test(
        "refuses URLs that cannot be requested, and says why",
        arguments: [
            ("notaurl", "no http://"), ("ftp://x/", "no http://"),
            ("http://", "host"), ("http://x:99999/", "port"), ("", "no http://"),
        ])
    func badURL(text: String, problem: String) {
        let error = #expect(throws: LoadError.self) { try LoadTarget(text) }
        #expect(error?.description.contains(problem) == true)
    }

    @Test("finds the entry with the port before the one without")
    func hostMap() throws {
        let map = try HostMap("a.test=127.0.0.1:1, A.test:9898=127.0.0.1:2,b.test:80=[::1]:3")
        #expect(map.address(of: "a.test", port: 80) == .init(host: "127.0.0.1", port: 1))
        #expect(map.address(of: "A.TEST.", port: 9898) == .init(host: "127.0.0.1", port: 2))
        #expect(map.address(of: "b.test", port: 80) == .init(host: "::1", port: 3))
        #expect(map.address(of: "b.test", port: 81) == .init(host: "b.test", port: 81))
        #expect(try HostMap("") == HostMap())
    }

    @Test(
        "refuses map entries of another form",
        arguments: ["a", "a=b", "a=b:0", "a=b:x", "=b:1", "a:b:1=c:1", "a=::1:80", "a=b:1=c:1", "a:x=b:1"])
    func badMap(text: String) {
        #expect(throws: LoadError.hostMap(entry: text)) { try HostMap("ok.test=127.0.0.1:1," + text) }
    }

    @Test(
        "refuses headers that cannot be sent",
        arguments: ["bad", "X-A:", ": v", "X A: v", "X-A: a\r\nX-B: c", "X-A: \u{7f}"])
    func badHeader(text: String) {
        var request = LoadRequest()
        #expect(throws: LoadError.self) { try request.addHeader(text) }
    }

    @Test("keeps the last header of a name, and the framing to itself")
    func headers() throws {
        var request = LoadRequest()
        try request.addHeader("X-A: 1")
        try request.addHeader("x-a:2")
        try request.addHeader("Content-Length: 99")
        let target = try LoadTarget("http://x/")
        let sent = String(buffer: request.bytes(for: target, origin: target, keepsAlive: true, proxy: nil))
        #expect(sent.contains("\r\nX-A: 2\r\n"))
        #expect(!sent.contains("X-A: 1"))
        #expect(!sent.contains("Content-Length"))
    }

    @Test(
        "refuses numbers that would not fit into times and counts of 64 bits, and names the flag",
        arguments: [
            ("-n ", Int.max, nil, nil), ("-n ", 1_000_000_000_000_001, nil, nil),
            ("-q ", 200, 1e-10, nil), ("-q ", 200, .nan, nil), ("--rate ", 200, nil, 1e-300),
        ] as [(String, Int, Double?, Double?)])
    func outOfRange(flag: String, requests: Int, ratePerWorker: Double?, rate: Double?) throws {
        var plan = LoadPlan(target: try LoadTarget("http://x/"))
        (plan.requests, plan.ratePerWorker, plan.rate) = (requests, ratePerWorker, rate)
        let error = #expect(throws: LoadError.self) { try LoadRun(plan) }
        #expect(error?.description.hasPrefix(flag) == true)
    }

    @Test("runs the most and the slowest that it takes, until it is stopped")
    func extremes() async throws {
        var plan = LoadPlan(target: try LoadTarget("http://127.0.0.1:1/"))
        (plan.requests, plan.threads) = (LoadPlan.mostRequests, 2)
        for (ratePerWorker, rate) in [(LoadPlan.leastRate, nil), (nil, LoadPlan.leastRate)]
            as [(Double?, Double?)]
        {
            (plan.ratePerWorker, plan.rate) = (ratePerWorker, rate)
            let run = try LoadRun(plan)
            let running = Task { try await run.run() }
            running.cancel()
            _ = try await running.value
        }
    }

    @Test(
        "refuses plans that cannot be run, and names the flag",
        arguments: [
            ("-n", 1, 2, nil, 20.0), ("-c", 10, 0, nil, 20), ("-z", 10, 1, -1.0, 20), ("-t", 10, 1, nil, -1),
        ])
    func badPlan(flag: String, requests: Int, workers: Int, duration: Double?, timeout: Double) throws {
        var plan = LoadPlan(target: try LoadTarget("http://x/"))
        (plan.requests, plan.workers) = (requests, workers)
        (plan.duration, plan.timeout) = (duration.map { .seconds($0) }, .seconds(timeout))
        let error = #expect(throws: LoadError.self) { try LoadRun(plan) }
        #expect(error?.description.contains(flag) == true)
    }
}
