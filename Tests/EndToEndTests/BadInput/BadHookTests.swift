import Testing

/// A hook that misbehaves is a failed check with a reason, in bounded time and memory.
struct BadHookTests {
    struct Misbehaviour: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var answer: HookServer.Answer
        var reason: String
        var timeout = "30s"
    }

    @Test(
        "a rollout hook that misbehaves fails the check, says how, and the threshold ends the rollout",
        arguments: [
            Misbehaviour(
                testDescription: "never answers", answer: .hang, reason: "no answer within 1.0 seconds",
                timeout: "1s"),
            Misbehaviour(
                testDescription: "redirects for ever", answer: .redirectLoop, reason: "too many redirects"),
            Misbehaviour(
                testDescription: "hangs up half-way", answer: .half,
                reason: "connection closed before the answer was complete"),
        ])
    func fails(misbehaviour: Misbehaviour) async throws {
        try await HookServer.run { hooks in
            hooks.answer("rollout", misbehaviour.answer)
            var manifest = Manifest(port: try FreePort.next())
            manifest.analysis = ["threshold: 2", "stepWeight: 50"]
            var hook = hooks.hook("rollout")
            hook.timeout = misbehaviour.timeout
            manifest.hooks = [hook, hooks.hook("post-rollout")]
            try await RunningAviary.run(manifest) { aviary in
                try await aviary.reach("Initialized")
                manifest.version = "2.0.0"
                try aviary.save(manifest)
                try await aviary.reach("Failed")
                let halts = try aviary.messages().filter {
                    $0.hasPrefix("Halt podinfo.test advancement external check h-rollout failed")
                }
                #expect(halts.count == 2)
                #expect(halts.allSatisfy { $0.contains(misbehaviour.reason) }, "\(halts)")
                try await aviary.hear("Rolling back podinfo.test failed checks threshold reached 2")
                #expect(try await aviary.versions(of: manifest) == ["1.0.0"])
                try await eventually { hooks.calls(of: "post-rollout").map(\.phase) == ["Failed"] }
            }
        }
    }

    @Test("of an answer of a gigabyte the start is read, and the memory stays small")
    func flood() async throws {
        try await HookServer.run { hooks in
            hooks.answer("rollout", .flood(bytes: 1 << 30))
            var manifest = Manifest(port: try FreePort.next())
            manifest.analysis = ["threshold: 1", "stepWeight: 50"]
            manifest.hooks = [hooks.hook("rollout")]
            try await RunningAviary.run(manifest) { aviary in
                try await aviary.reach("Initialized")
                let before = try aviary.residentKilobytes()
                manifest.version = "2.0.0"
                try aviary.save(manifest)
                try await aviary.reach("Succeeded")
                #expect(try aviary.residentKilobytes() - before < 100_000)
                let bodies = try aviary.lines().compactMap { $0.hookType == "rollout" ? $0.body : nil }
                #expect(!bodies.isEmpty && bodies.allSatisfy { $0.utf8.count <= 4096 })
            }
        }
    }

    @Test("an event receiver that never answers delays neither a rollout nor a rollback")
    func slowEventReceiver() async throws {
        try await HookServer.run { hooks in
            hooks.answer("event", .hang)
            hooks.answer("rollout", .status(500, body: "broken"))
            var manifest = Manifest(port: try FreePort.next())
            manifest.analysis = ["threshold: 1", "stepWeight: 50"]
            var receiver = hooks.hook("event")
            receiver.timeout = "10m"
            manifest.hooks = [receiver, hooks.hook("rollout")]
            try await RunningAviary.run(manifest) { aviary in
                try await aviary.reach("Initialized")
                manifest.version = "2.0.0"
                try aviary.save(manifest)
                // Five events are told by then; one receiver alone would take fifty minutes.
                try await aviary.reach("Failed")
                #expect(hooks.calls(of: "event").count == 1)
            }
        }
    }
}
