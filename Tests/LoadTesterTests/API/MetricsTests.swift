import Foundation
import LoadTester
import Testing

@Suite("Metrics")
struct MetricsTests {
    @Test("counts tasks, their ends and times, gate checks and answers")
    func counts() async throws {
        var limits = TaskLimits()
        limits.running = 2
        limits.queued = 0
        try await LiveServer.run(limits: limits) { server async throws in
            for (type, command, status) in [
                ("bash", "true", 200), ("bash", "false", 500), ("bash", "exit 3", 500), ("nope", "x", 400),
            ] {
                let payload = try taskPayload(["type": type, "cmd": command])
                #expect(try await server.send("/", payload).status == status)
            }
            #expect(try await server.send("/", try taskPayload(["cmd": "sleep 604"])).status == 202)
            #expect(try await server.send("/", try taskPayload(["cmd": "sleep 604"])).status == 202)
            try await eventually {
                await server.tasks.records().contains { if case .running = $0.state { true } else { false } }
            }
            let podinfo = #"{"name":"podinfo","namespace":"test"}"#
            for path in ["/gate/check", "/gate/open", "/gate/check", "/gate/check"] {
                _ = try await server.send(path, podinfo)
            }
            let text = try await server.get("/metrics")
            for line in [
                #"tasks_started_total{type="bash"} 3"#, #"tasks_failed_total{type="bash"} 2"#,
                #"tasks_timed_out_total{type="bash"} 0"#, #"task_seconds_count{type="bash"} 3"#,
                #"task_seconds_bucket{type="bash",le="+Inf"} 3"#, #"tasks_running{type="cmd"} 1"#,
                #"tasks_suppressed_total{type="cmd"} 1"#, #"tasks_started_total{type="concord"} 0"#,
                #"gate_checks_total{kind="gate",answer="approved"} 2"#,
                #"gate_checks_total{kind="gate",answer="forbidden"} 1"#,
                #"gate_checks_total{kind="rollback",answer="approved"} 0"#,
                #"http_requests_total{path="/gate/check",status="200"} 2"#,
                #"http_requests_total{path="/",status="400"} 1"#,
                #"http_requests_total{path="/",status="500"} 2"#,
            ] {
                #expect(text.contains("\naviary_loadtester_\(line)\n"), "\(line)")
            }
        }
    }

    @Test("counts a task that takes too long, with its time")
    func timeOut() async throws {
        var limits = TaskLimits()
        limits.timeout = .milliseconds(300)
        try await LiveServer.run(limits: limits) { server async throws in
            let payload = try taskPayload(["type": "bash", "cmd": "sleep 605"])
            #expect(try await server.send("/", payload).status == 500)
            let text = try await server.get("/metrics")
            for line in [
                #"tasks_started_total{type="bash"} 1"#, #"tasks_failed_total{type="bash"} 0"#,
                #"tasks_timed_out_total{type="bash"} 1"#, #"task_seconds_count{type="bash"} 1"#,
            ] {
                #expect(text.contains("\naviary_loadtester_\(line)\n"), "\(line)")
            }
            let sum = try #require(
                text.split(separator: "\n").first { $0.contains(#"task_seconds_sum{type="bash"}"#) })
            #expect(try #require(Double(sum.split(separator: " ")[1])) >= 0.3)
        }
    }

    @Test("has no label that a client can make up")
    func bounded() async throws {
        try await LiveServer.run { server async throws in
            func labels() async throws -> Int {
                try await server.get("/metrics").split(separator: "\n").count
            }
            _ = try await server.get("/metrics")
            _ = try await server.get("/no/such/path")
            _ = try await server.send("/gate/check", "{}")
            _ = try await server.send("/", try taskPayload(["type": "x", "cmd": "y"]))
            let before = try await labels()
            for number in 0..<50 {
                _ = try await server.get("/no/such/path/\(number)")
                _ = try await server.send(
                    "/gate/check?gate=g\(number)", #"{"name":"n\#(number)","namespace":"s\#(number)"}"#)
                _ = try await server.send(
                    "/", try taskPayload(["type": "type\(number)", "cmd": "x\(number)"]))
            }
            #expect(try await labels() == before)
        }
    }

    @Test("is text that Prometheus reads: every sample follows its family's HELP and TYPE")
    func format() async throws {
        try await LiveServer.run { server async throws in
            _ = try await server.send("/gate/check", "{}")
            var families: Set<Substring> = []
            for line in try await server.get("/metrics").split(separator: "\n") {
                if line.hasPrefix("# TYPE ") { families.insert(line.split(separator: " ")[2]) }
                if line.hasPrefix("#") { continue }
                let sample = try #require(
                    line.wholeMatch(of: /([a-z_]+)\{([a-z]+="[^"]*",?)*\} [0-9.e+-]+/), "\(line)")
                let name = sample.1.replacing(/_(bucket|sum|count)$/, with: "")
                #expect(families.contains(sample.1) || families.contains(Substring(name)), "\(line)")
            }
            #expect(families.count > 8)
        }
    }
}
