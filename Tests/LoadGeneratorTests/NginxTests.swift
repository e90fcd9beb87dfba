import Testing

@testable import LoadGenerator

/// The truth about counts and times, against servers that know it.
struct NginxTests {
    @Test(
        "counts what nginx logged", arguments: [HTTPVersion.http1, .http2], [(1, 1), (7, 1000), (50, 5001)])
    func counts(version: HTTPVersion, size: (workers: Int, requests: Int)) async throws {
        let server = try await Nginx.start()
        let port = version == .http1 ? server.ports.plain : server.ports.http2
        var plan = LoadPlan(target: try LoadTarget("http://127.0.0.1:\(port)/"))
        (plan.workers, plan.requests, plan.version) = (size.workers, size.requests, version)
        let report = try await LoadRun(plan).run()
        #expect(report.statusCodes == [200: size.requests])
        #expect(report.bytes == 5 * size.requests)
        #expect(report.histogram.map(\.count).reduce(0, +) == size.requests)
        #expect(try server.stop().count == size.requests)
    }

    @Test("counts what nginx logged when a duration ends the run, and when an open loop does")
    func duration() async throws {
        for rate in [nil, 300.0] {
            let server = try await Nginx.start()
            var plan = LoadPlan(target: try LoadTarget("http://127.0.0.1:\(server.ports.plain)/missing"))
            (plan.workers, plan.duration, plan.rate) = (8, .seconds(2), rate)
            let report = try await LoadRun(plan).run()
            #expect(report.requests > 0)
            #expect(report.errors.isEmpty)
            #expect(report.statusCodes == [404: report.requests])
            #expect(try server.stop().count == report.requests)
        }
    }

    /// Nine of ten answers take 20 ms, each tenth 120 ms: the percentiles are known beforehand.
    @Test("agrees with a server that sleeps by a known schedule", arguments: [nil, 50.0])
    func percentiles(rate: Double?) async throws {
        let server = try await ScriptedServer.start()
        var plan = LoadPlan(target: try LoadTarget(server.url + "/sleep-each/10/120/20"))
        (plan.workers, plan.requests, plan.rate) = (4, 100, rate)
        let report = try await LoadRun(plan).run()
        func latency(_ percent: Double) throws -> Double {
            try #require(report.percentiles.first { $0.percent == percent }).latency
        }
        // A busy machine adds to a sleep, and never takes from it.
        #expect(report.latency.fastest >= 0.020)
        #expect(try latency(50) < latency(95))
        #expect(try latency(95) >= 0.120)
        #expect(report.latency.slowest >= 0.120)
        let slow = report.histogram.filter { $0.limit > 0.110 }.map(\.count).reduce(0, +)
        #expect(slow >= 10)
        await server.stop()
    }
}
