import AsyncHTTPClient
import Foundation
import LoadTester
import Testing

@Suite("Tasks over HTTP")
struct TaskRouteTests {
    @Test("runs bash to its end and answers 200 without output unless asked for it")
    func bashSucceeds() async throws {
        try await LiveServer.run { server async throws in
            let quiet = try taskPayload(["type": "bash", "cmd": "echo out; echo err >&2"])
            #expect(try await server.send("/", quiet) == .init(status: 200, body: ""))
            let loud = try taskPayload([
                "type": "bash", "cmd": "echo out; echo err >&2", "returnCmdOutput": "true",
            ])
            #expect(try await server.send("/", loud) == .init(status: 200, body: "out\nerr\n"))
        }
    }

    @Test("answers 500 with the output when bash fails")
    func bashFails() async throws {
        try await LiveServer.run { server async throws in
            let failing = try taskPayload(["type": "bash", "cmd": "echo no such release; exit 7"])
            #expect(try await server.send("/", failing) == .init(status: 500, body: "no such release\n"))
            let silent = try taskPayload(["type": "bash", "cmd": "exit 7"])
            #expect(try await server.send("/", silent) == .init(status: 500, body: "exit status 7"))
        }
    }

    @Test("answers cmd at once, and does not start it again while it runs")
    func commandIsNotRepeated() async throws {
        try await withTemporaryDirectory { directory in
            try await LiveServer.run { server async throws in
                let command =
                    "echo x >> \(directory)/runs; while [ ! -e \(directory)/go ]; do sleep 0.02; done"
                let payload = try taskPayload(["cmd": command])
                for _ in 0..<3 {
                    #expect(try await server.send("/", payload) == .init(status: 202, body: ""))
                }
                try Data().write(to: URL(filePath: "\(directory)/go"))
                try await eventually { try await finishedStates(server) == ["succeeded"] }
                #expect(try String(contentsOfFile: "\(directory)/runs", encoding: .utf8) == "x\n")
                #expect(try await server.send("/", payload).status == 202)
                try await eventually { try await finishedStates(server) == ["succeeded", "succeeded"] }
            }
        }
    }

    @Test("lets background processes of a cmd go on until they end themselves")
    func backgroundProcesses() async throws {
        try await withTemporaryDirectory { directory in
            try await LiveServer.run { server async throws in
                let payload = try taskPayload([
                    "cmd": "(sleep 0.3; echo done > \(directory)/done) >/dev/null 2>&1 &"
                ])
                #expect(try await server.send("/", payload).status == 202)
                try await eventually { try await finishedStates(server) == ["succeeded"] }
                #expect(FileManager.default.fileExists(atPath: "\(directory)/done"))
            }
        }
    }

    @Test("joins a bash task that runs already, and runs it once")
    func joinsRunning() async throws {
        try await withTemporaryDirectory { directory in
            try await LiveServer.run { server async throws in
                let command =
                    "echo x >> \(directory)/runs; while [ ! -e \(directory)/go ]; do sleep 0.02; done; echo ok"
                let payload = try taskPayload(["type": "bash", "cmd": command, "returnCmdOutput": "true"])
                async let first = server.send("/", payload)
                async let second = server.send("/", payload)
                try await eventually { FileManager.default.fileExists(atPath: "\(directory)/runs") }
                try Data().write(to: URL(filePath: "\(directory)/go"))
                #expect(
                    try await [first, second] == Array(repeating: .init(status: 200, body: "ok\n"), count: 2))
                #expect(try String(contentsOfFile: "\(directory)/runs", encoding: .utf8) == "x\n")
            }
        }
    }

    @Test("keeps the result of a task whose client hung up for the next call, and runs it once")
    func keepsResult() async throws {
        try await withTemporaryDirectory { directory in
            try await LiveServer.run { server async throws in
                let command =
                    "echo x >> \(directory)/runs; while [ ! -e \(directory)/go ]; do sleep 0.02; done; echo ok"
                let payload = try taskPayload(["type": "bash", "cmd": command, "returnCmdOutput": "true"])
                try await hangUp(on: server, payload) {
                    FileManager.default.fileExists(atPath: "\(directory)/runs")
                }
                try Data().write(to: URL(filePath: "\(directory)/go"))
                try await eventually { try await finishedStates(server) == ["succeeded"] }
                #expect(try await server.send("/", payload) == .init(status: 200, body: "ok\n"))
                #expect(try String(contentsOfFile: "\(directory)/runs", encoding: .utf8) == "x\n")
                #expect(try await server.send("/", payload).status == 200)
                #expect(try String(contentsOfFile: "\(directory)/runs", encoding: .utf8) == "x\nx\n")
            }
        }
    }

    @Test("does not give one revision the kept result of another")
    func keptResultIsOfOneRevision() async throws {
        try await withTemporaryDirectory { directory in
            try await LiveServer.run { server async throws in
                let command =
                    "echo x >> \(directory)/runs; while [ ! -e \(directory)/go ]; do sleep 0.02; done"
                let old = try taskPayload(["type": "bash", "cmd": command], checksum: "old")
                try await hangUp(on: server, old) {
                    FileManager.default.fileExists(atPath: "\(directory)/runs")
                }
                let new = try taskPayload(["type": "bash", "cmd": command], checksum: "new")
                async let answer = server.send("/", new)
                try Data().write(to: URL(filePath: "\(directory)/go"))
                #expect(try await answer.status == 200)
                #expect(try String(contentsOfFile: "\(directory)/runs", encoding: .utf8) == "x\nx\n")
            }
        }
    }

    @Test("answers 429 with a reason when the queue is full")
    func fullQueue() async throws {
        var limits = TaskLimits()
        limits.running = 1
        limits.queued = 1
        limits.grace = .milliseconds(200)
        try await LiveServer.run(limits: limits) { server async throws in
            #expect(try await server.send("/", try taskPayload(["cmd": "sleep 601"])).status == 202)
            #expect(try await server.send("/", try taskPayload(["cmd": "sleep 602"])).status == 202)
            let refused = try await server.send("/", try taskPayload(["cmd": "sleep 603"]))
            #expect(refused.status == 429)
            #expect(refused.body.contains("queue is full"))
            // One that waits already is no new one.
            #expect(try await server.send("/", try taskPayload(["cmd": "sleep 602"])).status == 202)
        }
    }

    @Test("adds the daemon's variables to a task's environment, its PATH before all")
    func environment() async throws {
        try await withTemporaryDirectory { directory in
            let script = "\(directory)/helm"
            try "#!/bin/sh\nprintf '%s|' \"$@\" \"$AVIARY_APEX_URL\"\n"
                .write(toFile: script, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
            let environment = TaskEnvironment { canary, namespace in
                ["PATH": "\(directory):/usr/bin:/bin", "AVIARY_APEX_URL": "http://\(canary).\(namespace)"]
            }
            try await LiveServer.run(environment: environment) { server async throws in
                let payload = try taskPayload([
                    "type": "helmv3", "cmd": "list --template '{{ .Version }}' \"a b\"",
                    "returnCmdOutput": "true",
                ])
                let answer = try await server.send("/", payload)
                #expect(answer.body == "list|--template|{{ .Version }}|a b|http://podinfo.test|")
            }
        }
    }

    @Test(
        "answers 400 to a quote that is not closed, before anything starts",
        arguments: ["helm", "helmv3", "kubectl"])
    func unbalancedQuote(_ type: String) async throws {
        try await LiveServer.run { server async throws in
            let answer = try await server.send("/", try taskPayload(["type": type, "cmd": "get 'pods"]))
            #expect(answer.status == 400)
            #expect(answer.body.contains("metadata.cmd has a ' that is not closed"))
        }
    }

    @Test("says so when the tool is not installed")
    func toolMissing() async throws {
        let environment = TaskEnvironment { _, _ in ["PATH": "/nonexistent"] }
        try await LiveServer.run(environment: environment) { server async throws in
            let answer = try await server.send("/", try taskPayload(["type": "kubectl", "cmd": "get pods"]))
            #expect(answer.status == 500)
            #expect(answer.body.contains("kubectl"))
        }
    }

    @Test("keeps the last 64 KiB of a task's output and says how much is left out")
    func boundedOutput() async throws {
        try await LiveServer.run { server async throws in
            let payload = try taskPayload([
                "type": "bash", "cmd": "head -c 3000000 /dev/zero | tr '\\0' x; echo END",
                "returnCmdOutput": "true",
            ])
            let answer = try await server.send("/", payload)
            #expect(answer.status == 200)
            #expect(answer.body.hasPrefix("[2934468 bytes left out]\n"))
            #expect(answer.body.hasSuffix("xEND\n"))
            #expect(answer.body.utf8.count < 66_000)
        }
    }

    @Test("runs 200 tasks sent at once: none lost, none twice")
    func manyAtOnce() async throws {
        try await withTemporaryDirectory { directory in
            try await LiveServer.run { server async throws in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<200 {
                        group.addTask {
                            let payload = try taskPayload(["cmd": "echo \(number) >> \(directory)/\(number)"])
                            #expect(try await server.send("/", payload).status == 202)
                        }
                    }
                    try await group.waitForAll()
                }
                try await eventually(within: .seconds(60)) {
                    try FileManager.default.contentsOfDirectory(atPath: directory).count == 200
                }
                for number in 0..<200 {
                    try await eventually {
                        try String(contentsOfFile: "\(directory)/\(number)", encoding: .utf8) == "\(number)\n"
                    }
                }
            }
        }
    }

    /// Asks, and hangs up once the task has begun; returns when the server has seen it.
    private func hangUp(
        on server: LiveServer, _ payload: String, once hasBegun: () -> Bool
    ) async throws {
        var connection: RawConnection? = try RawConnection(to: server.address)
        let end = try #require(connection?.serverEnd)
        connection?.send(
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(payload.utf8.count)\r\n\r\n\(payload)")
        try await eventually { hasBegun() }
        connection = nil
        try await eventually { try !end.isOpen }
    }

    private func finishedStates(_ server: LiveServer) async throws -> [String] {
        try await server.taskList().filter { $0.finishedAt != nil }.map(\.state)
    }
}
