import Foundation
import LoadTester
import Testing

@Suite("Real tools")
struct RealToolTests {
    private static func run(
        _ body: @escaping @Sendable (LiveServer) async throws -> Void
    ) async throws {
        let path = try RealTools.path()
        try await LiveServer.run(environment: TaskEnvironment { _, _ in ["PATH": path] }, body)
    }

    private static func payload(_ type: String, _ command: String) throws -> String {
        try taskPayload(["type": type, "cmd": command, "returnCmdOutput": "true"])
    }

    @Test("bats runs a file of tests, and its failures answer the hook")
    func bats() async throws {
        try await withTemporaryDirectory { directory in
            let file = "\(directory)/acceptance.bats"
            try """
            @test "the sum is right" { [ "$((1 + 1))" -eq 2 ]; }
            @test "the word is there" { run echo "a word"; [ "$output" = "a word" ]; }
            """.write(toFile: file, atomically: true, encoding: .utf8)
            let broken = "\(directory)/broken.bats"
            try "@test \"it fails\" { false; }\n".write(toFile: broken, atomically: true, encoding: .utf8)
            try await Self.run { server async throws in
                let passed = try await server.send("/", try Self.payload("bash", "bats --tap \(file)"))
                #expect(passed.status == 200)
                #expect(passed.body == "1..2\nok 1 the sum is right\nok 2 the word is there\n")
                let failed = try await server.send("/", try Self.payload("bash", "bats --tap \(broken)"))
                #expect(failed.status == 500)
                #expect(failed.body.contains("not ok 1 it fails"))
            }
        }
    }

    @Test("helm gets its template as one word, without a shell", arguments: ["helm", "helmv3"])
    func helm(_ type: String) async throws {
        try await Self.run { server async throws in
            let answer = try await server.send(
                "/", try Self.payload(type, "version --template '{{ .Version }}'"))
            #expect(answer.status == 200, "\(answer.body)")
            #expect(answer.body.wholeMatch(of: /v\d+\.\d+\.\d+\S*/) != nil, "\(answer.body)")
            let failed = try await server.send("/", try Self.payload(type, "lint /nowhere; true"))
            #expect(failed.status == 500)
        }
    }

    @Test("kubectl runs, and its failure answers the hook")
    func kubectl() async throws {
        try await Self.run { server async throws in
            let answer = try await server.send(
                "/", try Self.payload("kubectl", "version --client --output=json"))
            #expect(answer.status == 200, "\(answer.body)")
            #expect(answer.body.contains("\"gitVersion\""))
            let unreachable =
                "get pods --kubeconfig=/dev/null --server=http://127.0.0.1:1 --request-timeout=1s"
            let failed = try await server.send("/", try Self.payload("kubectl", unreachable))
            #expect(failed.status == 500)
            #expect(failed.body.contains("127.0.0.1:1"), "\(failed.body)")
        }
    }

    @Test("hey sends its load in the background")
    func hey() async throws {
        try await RemoteStandIn.run { _, _ in
            .json("{}")
        } _: { standIn, url async throws in
            try await Self.run { server async throws in
                let hook = try taskPayload([
                    "cmd": "/usr/bin/hey -n 40 -c 4 -m POST -d '{test: 2}' \(url)/echo"
                ])
                #expect(try await server.send("/", hook) == .init(status: 202, body: ""))
                let task = try await server.finishedTask(within: .seconds(30))
                #expect(task.state == "succeeded", "\(task.output)")
                #expect(task.output.contains("[200]\t40 responses"), "\(task.output)")
            }
            #expect(standIn.calls.filter { $0.line == "POST /echo" && $0.body == "{test: 2}" }.count == 40)
        }
    }
}
