import NIOHTTP1
import Testing

@testable import LoadGenerator

struct FailureTests {
    private func run(
        _ path: String, _ change: (inout LoadPlan) throws -> Void = { _ in }
    ) async throws -> (LoadReport, ScriptedServer) {
        let server = try await ScriptedServer.start()
        var plan = LoadPlan(target: try LoadTarget(server.url + path))
        (plan.workers, plan.requests) = (2, 4)
        try change(&plan)
        let report = try await LoadRun(plan).run()
        await server.stop()
        return (report, server)
    }

    @Test(
        "names what went wrong, and counts it apart from answers",
        arguments: [
            ("/close", "the server closed the connection without an answer"),
            ("/half", "the server closed the connection in the middle of its answer"),
            ("/reset", "the server reset the connection"),
            ("/loop", "stopped after 10 redirects"),
        ])
    func named(path: String, error: String) async throws {
        let (report, _) = try await run(path)
        #expect(report.errors == [error: 4])
        #expect(report.statusCodes.isEmpty)
        #expect(report.requests == 4)
    }

    @Test(
        "names the stage in which the time was over",
        arguments: [
            ("/silent", "timed out after 5.0s waiting for the answer"),
            ("/endless", "timed out after 5.0s in the middle of the answer"),
        ])
    func timeout(path: String, error: String) async throws {
        let (report, _) = try await run(path) { $0.timeout = .seconds(5) }
        #expect(report.errors == [error: 4])
        #expect(report.elapsed >= 10)
    }

    @Test("calls an answer that is not HTTP by that name")
    func garbage() async throws {
        let (report, _) = try await run("/garbage")
        #expect(report.failures == 4)
        #expect(report.errors.keys.allSatisfy { $0.hasPrefix("the answer is not HTTP") })
    }

    @Test("counts refused connections, and does not dial at full speed")
    func refused() async throws {
        let port = try #require(try FreePorts.take(1).first)
        var plan = LoadPlan(target: try LoadTarget("http://127.0.0.1:\(port)/"))
        (plan.workers, plan.duration) = (1, .seconds(2))
        let report = try await LoadRun(plan).run()
        #expect(report.errors.keys.sorted() == ["connect to 127.0.0.1:\(port): connection refused"])
        #expect((1...120).contains(report.failures))
    }

    @Test("names a host that cannot be looked up")
    func unresolvable() async throws {
        // A label above 63 characters fails without asking any server.
        let host = String(repeating: "x", count: 70) + ".test"
        var plan = LoadPlan(target: try LoadTarget("http://\(host)/"))
        (plan.workers, plan.requests) = (2, 4)
        let report = try await LoadRun(plan).run()
        #expect(report.failures == 4)
        #expect(report.errors.keys.allSatisfy { $0.hasPrefix("look up \(host): ") })
    }

    @Test("sends again what a server did not take because it was just closing an idle connection")
    func staleConnection() async throws {
        let (report, server) = try await run("/once") { plan in
            (plan.workers, plan.requests, plan.ratePerWorker) = (1, 10, 50)
        }
        #expect(report.statusCodes == [200: 10])
        #expect(report.errors.isEmpty)
        #expect(server.connections > 1)
    }

    @Test("ends in time although the server never answers")
    func duration() async throws {
        let (report, _) = try await run("/silent") {
            ($0.duration, $0.timeout) = (.seconds(2), .seconds(3))
        }
        #expect(report.elapsed < 30)
        #expect(report.errors == ["timed out after 3.0s waiting for the answer": 2])
    }

    @Test("tells apart fifty failures at most")
    func boundedFailures() {
        var recorder = Recorder(keepsSamples: false)
        for number in 0..<1000 {
            recorder.record(LoadFailure(cause: .other, description: "failure \(number)"))
        }
        #expect(recorder.failures.count == Recorder.failureKinds + 1)
        #expect(recorder.requests == 1000)
    }
}
