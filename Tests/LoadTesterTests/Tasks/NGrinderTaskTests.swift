import Foundation
import LoadTester
import Testing

@Suite("Task type ngrinder")
struct NGrinderTaskTests {
    private static let started = RemoteStandIn.Reply.json(#"{"id": 961, "status": "READY"}"#)

    private static func status(_ name: String) -> RemoteStandIn.Reply {
        .json(#"{"status": [{"id": 961, "status_id": "\#(name)"}]}"#)
    }

    private static func payload(_ url: String, _ changes: [String: String?] = [:]) throws -> String {
        var metadata: [String: String] = [
            "type": "ngrinder", "server": url, "clone": "100", "username": "admin",
            "passwd": "czNjcjN0LXBhc3N3b3Jk", "pollInterval": "10ms",
        ]
        for (field, value) in changes { metadata[field] = value }
        return try taskPayload(metadata)
    }

    @Test("clones and starts the test, polls until it has finished, and keeps the server's path whole")
    func finishes() async throws {
        try await RemoteStandIn.run { call, before in
            if call.method == "POST" { return Self.started }
            return Self.status(["START_AGENTS", "TESTING", "FINISHED"][min(before, 2)])
        } _: { standIn, url async throws in
            try await LiveServer.run { server async throws in
                let payload = try Self.payload(url + "/some/grinder/")
                #expect(try await server.send("/", payload) == .init(status: 202, body: ""))
                let task = try await server.finishedTask()
                #expect(task.state == "succeeded", "\(task)")
                #expect(task.output == "started 961\nstatus START_AGENTS\nstatus TESTING\nstatus FINISHED\n")
            }
            let poll = "GET /some/grinder/perftest/api/961/status"
            #expect(
                standIn.lines == ["POST /some/grinder/perftest/api/100/clone_and_start", poll, poll, poll])
            // admin:s3cr3t-password
            #expect(standIn.calls.allSatisfy { $0.authorization == "Basic YWRtaW46czNjcjN0LXBhc3N3b3Jk" })
        }
    }

    @Test(
        "fails with the status when the test ends otherwise, and stops nothing that has ended",
        arguments: ["STOP_BY_ERROR", "CANCELED", "UNKNOWN"])
    func endsBadly(_ status: String) async throws {
        try await RemoteStandIn.run { call, _ in
            call.method == "POST" ? Self.started : Self.status(status)
        } _: { standIn, url async throws in
            try await LiveServer.run { server async throws in
                _ = try await server.send("/", try Self.payload(url))
                let task = try await server.finishedTask()
                #expect(task.state == "failed")
                #expect(task.result == "test 961 ended with status \(status)")
            }
            #expect(!standIn.lines.contains { $0.hasPrefix("PUT") })
        }
    }

    @Test("stops the remote test when the time is over")
    func timeOut() async throws {
        var limits = TaskLimits()
        limits.timeout = .seconds(5)
        try await RemoteStandIn.run { call, _ in
            call.method == "POST" ? Self.started : Self.status("TESTING")
        } _: { [limits] standIn, url async throws in
            try await LiveServer.run(limits: limits) { server async throws in
                _ = try await server.send("/", try Self.payload(url))
                let task = try await server.finishedTask()
                #expect(task.state == "timedOut")
                #expect(task.output.hasSuffix("stopped 961\n"))
            }
            #expect(standIn.lines.last == "PUT /perftest/api/961?action=stop")
        }
    }

    @Test("stops the remote test when the load tester shuts down")
    func shutdown() async throws {
        try await RemoteStandIn.run { call, _ in
            call.method == "POST" ? Self.started : Self.status("TESTING")
        } _: { standIn, url async throws in
            try await LiveServer.run { server async throws in
                _ = try await server.send("/", try Self.payload(url))
                try await eventually { standIn.lines.contains { $0.hasPrefix("GET") } }
            }
            try await eventually { standIn.lines.last == "PUT /perftest/api/961?action=stop" }
        }
    }

    @Test("stops a test whose start was answered only after the shutdown had begun")
    func shutdownWhileStarting() async throws {
        let release = Latch()
        try await RemoteStandIn.run { call, _ in
            if call.method == "POST" { await release.wait() }
            return Self.started
        } _: { standIn, url async throws in
            try await LiveServer.run { server async throws in
                _ = try await server.send("/", try Self.payload(url))
                try await eventually { standIn.lines.count == 1 }
                Task {
                    try await Task.sleep(for: .milliseconds(200))
                    release.open()
                }
            }
            try await eventually { standIn.lines.last == "PUT /perftest/api/961?action=stop" }
        }
    }

    @Test("does not start the test again while it runs")
    func isNotRepeated() async throws {
        try await RemoteStandIn.run { call, _ in
            call.method == "POST" ? Self.started : Self.status("TESTING")
        } _: { standIn, url async throws in
            try await LiveServer.run { server async throws in
                for _ in 0..<3 {
                    #expect(try await server.send("/", try Self.payload(url)).status == 202)
                }
                try await eventually { standIn.lines.count > 4 }
            }
            #expect(standIn.lines.filter { $0.hasPrefix("POST") }.count == 1)
        }
    }

    @Test(
        "fails with a reason when the start is not answered as it should be",
        arguments: [
            (.json("who are you", status: 401), "answered 401: who are you"),
            (.json(#"{"id": 96"#), "not the expected JSON"),
            (.json(#"{"status": "READY"}"#), "not the expected JSON"),
            (.json(""), "not the expected JSON: an empty body"),
            (
                .json(#"{"success": false, "message": "no such test"}"#),
                "the controller refused: no such test"
            ),
            (.endless, "answered more than 1048576 bytes"),
            (.silence, "gave no answer within 5s"),
        ] as [(RemoteStandIn.Reply, String)])
    func startGoesWrong(_ reply: RemoteStandIn.Reply, _ reason: String) async throws {
        var limits = TaskLimits()
        if case .silence = reply { limits.timeout = .seconds(5) }
        try await RemoteStandIn.run { _, _ in
            reply
        } _: { [limits] _, url async throws in
            try await LiveServer.run(limits: limits) { server async throws in
                #expect(try await server.send("/", try Self.payload(url)).status == 202)
                let task = try await server.finishedTask()
                #expect(task.state == "failed")
                #expect(task.result?.contains(reason) == true, "\(task)")
            }
        }
    }

    @Test("bears a few polls that go wrong")
    func bearsFailedPolls() async throws {
        let replies: [RemoteStandIn.Reply] = [
            .json(#"{"status": [{"sta"#), .json("oops", status: 502), .json(#"{"status": []}"#),
            Self.status("FINISHED"),
        ]
        try await RemoteStandIn.run { call, before in
            call.method == "POST" ? Self.started : replies[min(before, 3)]
        } _: { _, url async throws in
            try await LiveServer.run { server async throws in
                _ = try await server.send("/", try Self.payload(url))
                let task = try await server.finishedTask()
                #expect(task.state == "succeeded", "\(task)")
                #expect(task.output.contains("answered 502: oops"))
            }
        }
    }

    @Test("gives up, and stops the test, when the polls go wrong for good or at once when they are refused")
    func givesUp() async throws {
        for (status, polls) in [(500, 5), (403, 1)] {
            try await RemoteStandIn.run { call, _ in
                call.method == "POST" ? Self.started : .json("no", status: status)
            } _: { standIn, url async throws in
                try await LiveServer.run { server async throws in
                    _ = try await server.send("/", try Self.payload(url))
                    let task = try await server.finishedTask()
                    #expect(task.result?.hasPrefix("test 961 cannot be followed: GET") == true, "\(task)")
                }
                #expect(standIn.lines.filter { $0.hasPrefix("GET") }.count == polls)
                #expect(standIn.lines.last == "PUT /perftest/api/961?action=stop")
            }
        }
    }

    @Test("shows the password nowhere, though the server sends it back")
    func hidesPassword() async throws {
        let log = LogLines()
        try await RemoteStandIn.run { call, _ in
            .json("you said s3cr3t-password and \(call.authorization ?? "")", status: 401)
        } _: { _, url async throws in
            try await LiveServer.run(log: log) { server async throws in
                _ = try await server.send("/", try Self.payload(url))
                _ = try await server.finishedTask()
                let listing = try await server.get("/tasks")
                for secret in ["s3cr3t", "czNjcjN0", "YWRtaW46"] {
                    #expect(!listing.contains(secret), "\(listing)")
                    #expect(!log.text.contains(secret), "\(log.text)")
                }
                #expect(log.text.contains("answered 401"))
            }
        }
    }

    @Test(
        "refuses metadata that cannot work, and names the field",
        arguments: [
            (["server": nil], "`server` is required with type ngrinder"),
            (["clone": ""], "`clone` is required"), (["username": nil], "`username` is required"),
            (["passwd": nil], "`passwd` is required"), (["clone": "ten"], "metadata.clone"),
            (["passwd": "!!"], "metadata.passwd is not base64"),
            (["server": "ngrinder:8080"], "metadata.server"),
            (["server": "http://admin:s3cr3t@ngrinder"], "metadata.server must not carry user and password"),
            (["username": "a:b"], "metadata.username"), (["pollInterval": "soon"], "metadata.pollInterval"),
            (["pollInterval": "-1s"], "metadata.pollInterval"),
            (["pollInterval": "0"], "metadata.pollInterval"),
        ] as [([String: String?], String)])
    func refuses(_ changes: [String: String?], _ reason: String) async throws {
        try await LiveServer.run { server async throws in
            let answer = try await server.send("/", try Self.payload("http://127.0.0.1:1", changes))
            #expect(answer.status == 400)
            #expect(answer.body.contains(reason), "\(answer.body)")
            #expect(!answer.body.contains("s3cr3t"))
        }
    }
}
