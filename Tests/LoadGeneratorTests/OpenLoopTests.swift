import NIOCore
import Testing

@testable import LoadGenerator

struct OpenLoopTests {
    @Test("plans requests evenly, whatever the number of threads", arguments: [1, 2, 3, 7])
    func schedule(parts: Int) {
        let start = NIODeadline.uptimeNanoseconds(5_000_000_000)
        var times: [NIODeadline] = []
        for part in 0..<parts {
            var schedule = Schedule(rate: 30, start: start, first: part, step: parts)
            while schedule.next < start + .seconds(2) { times.append(schedule.take()) }
            #expect(schedule.due(before: start + .seconds(2)) == schedule.taken)
        }
        #expect(times.sorted() == (0..<60).map { start + .nanoseconds(Int64(Double($0) * 1e9 / 30)) })
    }

    @Test("counts what is due before a time without going astray over rounding")
    func due() {
        let start = NIODeadline.uptimeNanoseconds(1)
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let rate = Double.random(in: 0.1...100_000, using: &generator)
            let schedule = Schedule(rate: rate, start: start, first: 1, step: 3)
            let end = start + .nanoseconds(.random(in: 0...20_000_000, using: &generator))
            var (walked, expected) = (schedule, 0)
            while walked.next < end {
                _ = walked.take()
                expected += 1
            }
            #expect(schedule.due(before: end) == expected, "rate \(rate), end \(end)")
        }
    }

    private func run(
        _ server: ScriptedServer, _ path: String, _ change: (inout LoadPlan) -> Void
    ) async throws -> LoadReport {
        var plan = LoadPlan(target: try LoadTarget(server.url + path))
        plan.threads = 1
        change(&plan)
        return try await LoadRun(plan).run()
    }

    @Test("sends the planned number at the planned rate")
    func rate() async throws {
        let server = try await ScriptedServer.start()
        let report = try await run(server, "/") { ($0.rate, $0.requests, $0.threads) = (200, 100, 2) }
        #expect(report.requests == 100)
        #expect(server.requests.count == 100)
        // The last request is due after 99 of 200 parts of a second.
        #expect(report.elapsed >= 0.495)
        let byDuration = try await run(server, "/") { ($0.rate, $0.duration) = (200, .milliseconds(500)) }
        #expect(byDuration.requests + (byDuration.openLoop?.unsent ?? 0) == 100)
        await server.stop()
    }

    /// A server that stalls once: with one worker, all that was planned meanwhile waits.
    @Test("reports a stall in its percentiles; a closed loop does not")
    func stall() async throws {
        let server = try await ScriptedServer.start()
        let open = try await run(server, "/stall-once/1000/2") {
            ($0.rate, $0.requests, $0.workers) = (100, 300, 1)
        }
        func latency(_ percent: Double, _ report: LoadReport) throws -> Double {
            try #require(report.percentiles.first { $0.percent == percent }).latency
        }
        // A hundred of 300 requests were due during the stall: the last third waited up to a second, and
        // what had piled up was sent late.
        #expect(open.statusCodes == [200: 300])
        #expect(try latency(90, open) > 0.5)
        #expect(open.latency.slowest >= 1)
        #expect(try #require(open.openLoop).late >= 90)
        #expect(try #require(open.openLoop).latest > 0.9)
        #expect(open.summary.contains("\nOpen loop:\n  Planned:\t100.0000 requests/sec"))
        await server.stop()

        let again = try await ScriptedServer.start()
        let stalled = try await run(again, "/stall-once/3000/2") { ($0.requests, $0.workers) = (300, 1) }
        #expect(stalled.latency.slowest >= 3)
        #expect(try latency(99, stalled) < 1.5)
        #expect(stalled.summary.contains("\nNote: a closed loop sends nothing while it waits"))
        #expect(!open.summary.contains("Note:"))
        await again.stop()
    }

    @Test("counts what was due and never sent when all workers are busy until the end")
    func unsent() async throws {
        let server = try await ScriptedServer.start()
        let report = try await run(server, "/silent") {
            ($0.rate, $0.duration, $0.workers, $0.timeout) = (100, .seconds(2), 4, .seconds(5))
            $0.thresholds = (try? [Threshold("success>=100")]) ?? []
        }
        #expect(report.failures == 4)
        #expect(report.openLoop?.unsent == 196)
        #expect(server.requests.count == 4)
        #expect(!report.keepsThresholds)
        #expect(report.summary.contains("  Unsent:\t196 requests: all 4 workers were busy"))
        await server.stop()
    }

    @Test("refuses a rate that cannot be planned, and two rates", arguments: [0, -1, .infinity, 1e9])
    func badRate(rate: Double) throws {
        var plan = LoadPlan(target: try LoadTarget("http://x/"))
        plan.rate = rate
        #expect(throws: LoadError.self) { try LoadRun(plan) }
        (plan.rate, plan.ratePerWorker) = (10, 10)
        #expect(throws: LoadError.self) { try LoadRun(plan) }
    }
}
