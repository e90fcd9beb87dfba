import Foundation
import LoadTester
import Testing

@Suite("Allowed commands")
struct AllowedCommandTests {
    private static func permissions(_ patterns: String...) throws -> TaskPermissions {
        var permissions = TaskPermissions()
        permissions.commands = try AllowedCommands(patterns: patterns)
        return permissions
    }

    @Test(
        "runs nothing but what the whole pattern matches",
        arguments: [
            "echo ok; touch MARK", "echo ok\ntouch MARK", "echo ok\r\ntouch MARK", "touch MARK # echo ok",
            "touch MARK\necho ok", "echo ok & touch MARK", "echo ok | touch MARK", "echo ok `touch MARK`",
            "echo ok $(touch MARK)", "echo ok\u{2028}touch MARK", "echo ok\u{85}touch MARK", " echo ok",
            "echo ok ",
            "echo ok\n", "\necho ok", "echo  ok", "ECHO ok", "echo o", "touch MARK",
        ], ["cmd", "bash"])
    func refuses(_ command: String, _ type: String) async throws {
        try await withTemporaryDirectory { directory in
            let mark = "\(directory)/mark"
            // As careless as users are: anchors, or none, must make no difference.
            for pattern in ["echo ok", "^echo ok$", "nothing|echo ok", "(?s)echo ok(\n.*)?"] {
                try await LiveServer.run(permissions: try Self.permissions(pattern)) { server async throws in
                    let attempt = command.replacing("MARK", with: mark)
                    let answer = try await server.send("/", try taskPayload(["type": type, "cmd": attempt]))
                    #expect(answer.status == 403, "\(pattern)")
                    #expect(answer.body == "Forbidden: --allow-command does not allow this command")
                    #expect(await server.tasks.records().isEmpty)
                }
            }
            #expect(!FileManager.default.fileExists(atPath: mark))
        }
    }

    @Test("runs what one of several patterns matches")
    func allows() async throws {
        let permissions = try Self.permissions("echo [a-z]+", "hey [^;&|$`<>()]+")
        try await LiveServer.run(permissions: permissions) { server async throws in
            let echo = try taskPayload(["type": "bash", "cmd": "echo ok", "returnCmdOutput": "true"])
            #expect(try await server.send("/", echo) == .init(status: 200, body: "ok\n"))
            for attack in [
                "hey -n 1 http://x; id", "hey -n 1 $(id)", "hey -n 1 http://x\nid", "hey > /tmp/x",
            ] {
                #expect(try await server.send("/", try taskPayload(["cmd": attack])).status == 403)
            }
        }
    }

    @Test("is asked about helm and kubectl with the tool's name first, so that no type stands in for another")
    func tools() async throws {
        let permissions = try Self.permissions("helm test podinfo( .*)?", "kubectl get pods")
        let environment = TaskEnvironment { _, _ in ["PATH": "/nonexistent"] }
        try await LiveServer.run(environment: environment, permissions: permissions) { server async throws in
            for (type, command, status) in [
                ("helm", "test podinfo -n test", 500), ("helmv3", "test podinfo", 500),
                ("kubectl", "get pods", 500),
                ("bash", "test podinfo", 403), ("bash", "get pods", 403), ("helm", "uninstall podinfo", 403),
                ("helm", "test podinfo\nuninstall", 403), ("kubectl", "test podinfo", 403),
                ("kubectl", "get pods --kubeconfig=/x", 403),
            ] {
                let answer = try await server.send("/", try taskPayload(["type": type, "cmd": command]))
                #expect(answer.status == status, "\(type) \(command)")
            }
        }
    }

    @Test(
        "is asked about tests on other servers as well", arguments: [("ngrinder .*", 202), ("hey .*", 403)])
    func remote(_ pattern: String, _ status: Int) async throws {
        try await LiveServer.run(permissions: try Self.permissions(pattern)) { server async throws in
            let payload = try taskPayload([
                "type": "ngrinder", "server": "http://127.0.0.1:1", "clone": "1", "username": "a",
                "passwd": "YQ==",
            ])
            #expect(try await server.send("/", payload).status == status)
        }
    }

    @Test(
        "refuses patterns that are none, or that would undo the anchors",
        arguments: ["(", "[a", "a)|(b", #"a\"#, "(?x)a # b"])
    func badPattern(_ pattern: String) {
        #expect {
            try AllowedCommands(patterns: [pattern])
        } throws: {
            "\($0)".hasPrefix("--allow-command \"\(pattern)\" is not a regular expression")
        }
    }
}
