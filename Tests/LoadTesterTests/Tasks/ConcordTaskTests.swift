import AsyncHTTPClient
import Foundation
import LoadTester
import Testing

@Suite("Task type concord")
struct ConcordTaskTests {
    private static let id = "0e8e2a5c-1111-4222-8333-abcdefabcdef"
    private static let started = RemoteStandIn.Reply.json(#"{"instanceId": "\#(id)", "ok": true}"#)

    private static func status(_ name: String) -> RemoteStandIn.Reply {
        .json(#"{"instanceId": "\#(id)", "status": "\#(name)"}"#)
    }

    private static func payload(_ url: String, _ key: String, _ changes: [String: String?] = [:]) throws
        -> String
    {
        var metadata: [String: String] = [
            "type": "concord", "server": url, "org": "my org", "project": "shop", "repo": "tests",
            "entrypoint": "main", "apiKeyPath": key, "endpoint": "https://canary/", "pollInterval": "10ms",
        ]
        for (field, value) in changes { metadata[field] = value }
        return try taskPayload(metadata)
    }

    /// Runs a test with a stand-in and a key file whose key ends with a line break.
    private static func with(
        _ script: @escaping @Sendable (RemoteStandIn.Call, Int) async -> RemoteStandIn.Reply,
        limits: TaskLimits = TaskLimits(), log: LogLines = LogLines(),
        _ body:
            @escaping @Sendable (LiveServer, RemoteStandIn, _ url: String, _ key: String) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let key = "\(directory)/key"
            try "k3y-of-concord\n".write(toFile: key, atomically: true, encoding: .utf8)
            try await RemoteStandIn.run(script) { standIn, url in
                try await LiveServer.run(limits: limits, log: log) { server async throws in
                    try await body(server, standIn, url, key)
                }
            }
        }
    }

    @Test("starts the process with its form and the key without line break, polls, and answers 200")
    func finishes() async throws {
        try await Self.with { call, before in
            call.method == "POST"
                ? Self.started : Self.status(["ENQUEUED", "RUNNING", "FINISHED"][min(before, 2)])
        } _: { server, standIn, url, key async throws in
            let payload = try Self.payload(
                url + "/concord", key, ["arguments.color": "blue", "arguments.a\"b": "line\r\nbreak"])
            #expect(try await server.send("/", payload) == .init(status: 200, body: ""))
            let poll = "GET /concord/api/v2/process/\(Self.id)"
            #expect(standIn.lines == ["POST /concord/api/v1/process", poll, poll, poll])
            #expect(standIn.calls.allSatisfy { $0.authorization == "k3y-of-concord" })
            let form = try #require(standIn.calls.first)
            let boundary = try #require(form.contentType?.split(separator: "boundary=").last)
            #expect(form.contentType?.hasPrefix("multipart/form-data; ") == true)
            let fields = [
                ("org", "my org"), ("project", "shop"), ("repo", "tests"), ("entryPoint", "main"),
                ("arguments.endpoint", "https://canary/"), ("arguments.a%22b", "line\r\nbreak"),
                ("arguments.color", "blue"),
            ].map { "--\(boundary)\r\nContent-Disposition: form-data; name=\"\($0)\"\r\n\r\n\($1)\r\n" }
            #expect(form.body == fields.joined() + "--\(boundary)--\r\n")
        }
    }

    @Test(
        "answers 500 with the status when the process ends otherwise",
        arguments: ["FAILED", "CANCELLED", "TIMED_OUT"])
    func endsBadly(_ status: String) async throws {
        try await Self.with { call, _ in
            call.method == "POST" ? Self.started : Self.status(status)
        } _: { server, standIn, url, key async throws in
            let answer = try await server.send("/", try Self.payload(url, key))
            #expect(answer.status == 500)
            #expect(answer.body == "started \(Self.id)\ntest \(Self.id) ended with status \(status)\n")
            #expect(!standIn.lines.contains { $0.hasPrefix("DELETE") })
        }
    }

    @Test(
        "counts pollTimeout over the whole poll, and stops the process when it is over",
        arguments: ["5", "5s"])
    func pollTimeout(_ limit: String) async throws {
        try await Self.with { call, _ in
            call.method == "POST" ? Self.started : Self.status("RUNNING")
        } _: { server, standIn, url, key async throws in
            let begin = ContinuousClock.now
            let answer = try await server.send("/", try Self.payload(url, key, ["pollTimeout": limit]))
            #expect(answer.status == 500)
            #expect(answer.body.hasSuffix("timed out after 5s"))
            #expect(ContinuousClock.now - begin >= .seconds(5))
            #expect(standIn.lines.filter { $0.hasPrefix("GET") }.count > 1)
            #expect(standIn.lines.last == "DELETE /api/v1/process/\(Self.id)")
        }
    }

    @Test("ends a task whose status is never answered when pollTimeout is over")
    func silentStatus() async throws {
        try await Self.with { call, _ in
            call.method == "GET" ? .silence : Self.started
        } _: { server, standIn, url, key async throws in
            let answer = try await server.send("/", try Self.payload(url, key, ["pollTimeout": "5s"]))
            #expect(answer.status == 500)
            #expect(answer.body.hasSuffix("timed out after 5s"))
            #expect(standIn.lines.last == "DELETE /api/v1/process/\(Self.id)")
        }
    }

    @Test(
        "answers 500 with a reason when the start is not answered as it should be",
        arguments: [
            (.json("no", status: 401), "answered 401: no"),
            (.json("moved", status: 302), "answered 302: moved"),
            (.json(#"{"instanceId": "0e8"#), "not the expected JSON"),
            (.json(#"{"ok": true}"#), "not the expected JSON"),
            (.json(#"{"instanceId": "../../secrets", "ok": true}"#), "no valid instanceId"),
            (.json(#"{"instanceId": "", "ok": true}"#), "no valid instanceId"),
            (.endless, "answered more than 1048576 bytes"), (.silence, "gave no answer within 5s"),
        ] as [(RemoteStandIn.Reply, String)])
    func startGoesWrong(_ reply: RemoteStandIn.Reply, _ reason: String) async throws {
        try await Self.with { _, _ in
            reply
        } _: { server, standIn, url, key async throws in
            let limit = if case .silence = reply { "5s" } else { "60s" }
            let answer = try await server.send("/", try Self.payload(url, key, ["pollTimeout": limit]))
            #expect(answer.status == 500)
            #expect(answer.body.contains(reason), "\(answer.body)")
            #expect(standIn.lines.count == 1)
        }
    }

    @Test("asks an older server, which has no second version of the path, by the first")
    func olderServer() async throws {
        try await Self.with { call, _ in
            if call.method == "POST" { return Self.started }
            return call.path.hasPrefix("/api/v2") ? .json("not here", status: 404) : Self.status("FINISHED")
        } _: { server, standIn, url, key async throws in
            #expect(try await server.send("/", try Self.payload(url, key)).status == 200)
            #expect(standIn.lines.last == "GET /api/v1/process/\(Self.id)")
        }
    }

    @Test("says that the server cannot be reached")
    func unreachable() async throws {
        try await Self.with { _, _ in
            .silence
        } _: { server, _, _, key async throws in
            let answer = try await server.send("/", try Self.payload("http://127.0.0.1:1", key))
            #expect(answer.status == 500)
            #expect(answer.body.contains("POST http://127.0.0.1:1/api/v1/process cannot be reached"))
        }
    }

    @Test("shows the key nowhere, though the server sends it back")
    func hidesKey() async throws {
        let log = LogLines()
        try await Self.with(
            { call, _ in .json("bad key \(call.authorization ?? "")", status: 401) }, log: log
        ) {
            server, _, url, key async throws in
            let answer = try await server.send(
                "/", try Self.payload(url, key, ["arguments.pin": "hidden-argument"]))
            #expect(answer.body.contains("bad key ***"))
            let listing = try await server.get("/tasks")
            for text in [answer.body, listing, log.text] {
                #expect(!text.contains("k3y-of-concord"))
                #expect(!text.contains("hidden-argument"))
            }
        }
    }

    @Test("joins a process that runs, and keeps the result of one whose client hung up")
    func joinsAndKeeps() async throws {
        let release = Latch()
        try await Self.with { call, before in
            if call.method == "POST" { return Self.started }
            if before == 0 { await release.wait() }
            return Self.status("FINISHED")
        } _: { server, standIn, url, key async throws in
            let payload = try Self.payload(url, key)
            await #expect(throws: HTTPClientError.self) {
                try await server.send("/", payload, timeout: .milliseconds(300))
            }
            async let joined = server.send("/", payload)
            try await Task.sleep(for: .milliseconds(100))
            release.open()
            #expect(try await joined.status == 200)
            #expect(standIn.lines.filter { $0.hasPrefix("POST") }.count == 1)
        }
    }

    @Test("stops the process when the load tester shuts down")
    func shutdown() async throws {
        try await withTemporaryDirectory { directory in
            let key = "\(directory)/key"
            try "k3y".write(toFile: key, atomically: true, encoding: .utf8)
            try await RemoteStandIn.run { call, _ in
                call.method == "POST" ? Self.started : Self.status("RUNNING")
            } _: { standIn, url async throws in
                let process = try await LoadTesterProcess(["--grace-period", "30s"])
                let address = process.server
                async let answer = address.send("/", try Self.payload(url, key))
                try await eventually { standIn.lines.contains { $0.hasPrefix("GET") } }
                #expect(try await process.end(by: SIGTERM) == 0)
                #expect(try await answer.status == 503)
                #expect(standIn.lines.last == "DELETE /api/v1/process/\(Self.id)")
            }
        }
    }

    @Test(
        "refuses metadata that cannot work, and names the field",
        arguments: ["server", "org", "project", "repo", "entrypoint", "apiKeyPath", "endpoint"])
    func requires(_ field: String) async throws {
        try await LiveServer.run { server async throws in
            let answer = try await server.send(
                "/", try Self.payload("http://127.0.0.1:1", "/key", [field: nil]))
            #expect(answer.status == 400)
            #expect(answer.body.hasPrefix("`\(field)` is required with type concord"))
        }
    }

    @Test(
        "refuses settings that cannot be read, and names the field",
        arguments: [
            (["pollInterval": "often"], "metadata.pollInterval"),
            (["pollTimeout": "0s"], "metadata.pollTimeout"),
            (["pollTimeout": "9999999999"], "metadata.pollTimeout"),
            (["arguments.endpoint": "x"], "metadata.arguments.endpoint cannot be given"),
            (["server": "ftp://x"], "metadata.server must be a URL"),
        ])
    func refuses(_ changes: [String: String], _ reason: String) async throws {
        try await LiveServer.run { server async throws in
            let payload = try Self.payload("http://127.0.0.1:1", "/key", changes)
            let answer = try await server.send("/", payload)
            #expect(answer.status == 400)
            #expect(answer.body.hasPrefix(reason), "\(answer.body)")
        }
    }
}
