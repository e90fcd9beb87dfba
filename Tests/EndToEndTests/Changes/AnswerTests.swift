import Foundation
import Glibc
import Testing

/// What client commands write: JSON where it was asked for, and nothing half.
struct AnswerTests {
    private struct Canary: Decodable {
        struct Metadata: Decodable { let name, namespace: String }
        struct Status: Decodable { let phase: String }
        let kind: String
        let metadata: Metadata
        let status: Status?
    }

    private struct Done: Decodable, Equatable { let canary, namespace, result: String }

    /// Runs a client command within a line of bash, in which it is `"$@"`.
    private func command(_ arguments: [String], in line: String, _ aviary: RunningAviary) async throws
        -> (code: Int, errors: String)
    {
        let program = try SpawnedProgram(
            arguments, behind: ["/bin/bash", "-c", "set -o pipefail; \(line)", "bash"],
            environment: ["AVIARY_SERVER": try aviary.url("")], folder: aviary.folder,
            outputName: "command-\(UUID())")
        defer { program.signal(SIGKILL) }
        let code = try await program.exitCode(within: .seconds(30))
        return (code, program.errors)
    }

    @Test("apply, pause, resume, abort and delete answer in JSON when asked to")
    func answersInJSON() async throws {
        try await HookServer.run { hooks in
            hooks.answer("confirm-promotion", .status(403))
            var manifest = Manifest(port: try FreePort.next())
            manifest.hooks = [hooks.hook("confirm-promotion")]
            try await RunningAviary.run(manifest) { aviary in
                func answer<T: Decodable>(_ type: T.Type, _ words: String...) async throws -> T {
                    let result = try await aviary.command(words + ["--output", "json"])
                    #expect(result.exitCode == 0, "\(result)")
                    return try JSONDecoder().decode(type, from: Data(result.output.utf8))
                }
                try await aviary.reach("Initialized")
                manifest.version = "2.0.0"
                let file = "\(aviary.folder)/next.yaml"
                try manifest.text().write(toFile: file, atomically: true, encoding: .utf8)
                let applied = try await answer([Canary].self, "apply", file)
                #expect(applied.map(\.metadata.name) == ["podinfo"] && applied.map(\.kind) == ["Canary"])
                try await aviary.reach("WaitingPromotion")
                for action in ["pause", "resume"] {
                    let canary = try await answer(Canary.self, action, "podinfo", "-n", "test")
                    #expect(canary.metadata.name == "podinfo")
                }
                let aborted = try await answer(Canary.self, "abort", "podinfo", "-n", "test")
                #expect(aborted.status?.phase == "Failed")
                let deleted = try await answer(Done.self, "delete", "canary", "podinfo", "-n", "test")
                #expect(deleted == Done(canary: "podinfo", namespace: "test", result: "deleted"))
            }
        }
    }

    @Test("watch and get end when nobody reads on, and fail where nothing can be written")
    func losesTheReader() async throws {
        try await HookServer.run { hooks in
            hooks.answer("confirm-promotion", .status(403))
            var manifest = Manifest(port: try FreePort.next())
            manifest.hooks = [hooks.hook("confirm-promotion")]
            try await RunningAviary.run(manifest) { aviary in
                try await aviary.reach("Initialized")
                manifest.version = "2.0.0"
                try aviary.save(manifest)
                try await aviary.reach("WaitingPromotion")
                for output in ["text", "json"] {
                    let words = ["watch", "podinfo", "-n", "test", "-o", output]
                    let unread = try await command(words, in: #""$@" | head -n 1"#, aviary)
                    #expect(unread.code == 141 && unread.errors.isEmpty, "\(unread)")
                    let full = try await command(words, in: #""$@" > /dev/full"#, aviary)
                    #expect(full.code == 2 && full.errors.contains("No space left on device"), "\(full)")
                    let closed = try await command(words, in: #""$@" >&-"#, aviary)
                    #expect(closed.code == 2 && closed.errors.contains("Bad file descriptor"), "\(closed)")
                }
                for words in [["get", "canaries"], ["get", "events", "-o", "json"], ["gate", "list"]] {
                    let full = try await command(words, in: #""$@" > /dev/full"#, aviary)
                    #expect(full.code == 1 && full.errors.contains("No space left on device"), "\(full)")
                }
            }
        }
    }

    @Test("what is started without standard descriptors opens nothing of its own in their place")
    func missingDescriptors() async throws {
        try await withTemporaryFolder { folder in
            let port = try FreePort.next()
            let program = try SpawnedProgram(
                ["sample-app", "--port", "\(port)"],
                behind: ["/bin/bash", "-c", #"exec "$@" <&- >&- 2>&-"#, "bash"], folder: folder)
            defer { program.signal(SIGKILL) }
            try await eventually("it does not answer") {
                (try? await Web.get("http://127.0.0.1:\(port)/version"))?.status == 200
            }
            for descriptor in 0...2 {
                let link = "/proc/\(program.pid)/fd/\(descriptor)"
                #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "/dev/null")
            }
        }
    }

    @Test("apply reads pipes, and says why it can't read something else")
    func readsPipes() async throws {
        var manifest = Manifest(port: try FreePort.next())
        try await RunningAviary.run(manifest) { aviary in
            try await aviary.reach("Initialized")
            manifest.version = "2.0.0"
            let file = "\(aviary.folder)/next.yaml"
            try manifest.text().write(toFile: file, atomically: true, encoding: .utf8)
            let piped = try await command(["apply"], in: #""$@" <(cat next.yaml)"#, aviary)
            #expect(piped.code == 0, "\(piped)")
            try await aviary.reach("Succeeded")
            let redirected = try await command(["apply", "/dev/stdin"], in: #"cat next.yaml | "$@""#, aviary)
            #expect(redirected.code == 0, "\(redirected)")
            for (name, words) in [("nothing.yaml", "no such file"), (".", "is a directory")] {
                let refused = try await aviary.command(["apply", name])
                #expect(refused.exitCode == 1 && refused.errors.contains("\(name): error: "), "\(refused)")
                #expect(refused.errors.contains(words), "\(refused)")
            }
        }
    }

    @Test("moving a gate of a canary that is not there is told, with those that are")
    func warnsOfUnknownCanary() async throws {
        let manifest = Manifest(port: try FreePort.next())
        try await RunningAviary.run(manifest) { aviary in
            try await aviary.reach("Initialized")
            for words in [["gate", "open"], ["gate", "close"], ["rollback", "open"]] {
                let mistaken = try await aviary.command(words + ["podinfo"])
                #expect(mistaken.exitCode == 0)
                #expect(
                    mistaken.errors.contains(
                        "no canary podinfo in namespace default; it has: podinfo -n test"))
                #expect(try await aviary.command(words + ["podinfo", "-n", "test"]).errors.isEmpty)
            }
        }
    }

    @Test("delete -f refuses a namespace that the file's canaries are not in, and deletes nothing")
    func refusesOtherNamespace() async throws {
        let manifest = Manifest(port: try FreePort.next())
        try await RunningAviary.run(manifest) { aviary in
            try await aviary.reach("Initialized")
            let file = "\(aviary.folder)/\(Manifest.fileName)"
            let refused = try await aviary.command(["delete", "-f", file, "-n", "other"])
            #expect(
                refused.exitCode == 1 && refused.errors.contains("podinfo.test is not in namespace other"))
            #expect(try await aviary.command(["get", "canaries"]).output.contains("podinfo"))
            #expect(try await aviary.command(["delete", "-f", file, "-n", "test"]).exitCode == 0)
        }
    }

    @Test(
        "names lead to a daemon that listens on IPv6",
        .enabled(if: FileManager.default.fileExists(atPath: "/proc/net/if_inet6")))
    func listensOnIPv6() async throws {
        var manifest = Manifest(port: try FreePort.next())
        manifest.hooks = [
            .init(name: "gate", type: "confirm-rollout", url: "http://flagger-loadtester.test/gate/approve"),
            .init(
                name: "smoke", type: "pre-rollout", url: "http://flagger-loadtester.test/", timeout: "20s",
                metadata: ["type": "bash", "cmd": #"test "$AVIARY_APEX_URL" = http://[::1]:PORT"#]),
        ]
        manifest.hooks[1].metadata["cmd"]?.replace("PORT", with: "\(manifest.port)")
        try await RunningAviary.run(manifest, arguments: ["--listen", "[::]:0", "--bind", "::"]) { aviary in
            try await aviary.reach("Initialized")
            manifest.version = "2.0.0"
            try aviary.save(manifest)
            try await aviary.reach("Succeeded")
            #expect(try await aviary.versions(of: manifest) == ["2.0.0"])
        }
    }

    @Test("tells its version")
    func version() async throws {
        let result = try await RunningAviary.command(["--version"], folder: NSTemporaryDirectory())
        #expect(result.exitCode == 0)
        #expect(result.output.split(separator: ".").count == 3, "\(result)")
    }
}
