import Foundation
import Glibc
import Testing

/// Calls of event hooks that wait while the daemon ends.
struct QueuedEventTests {
    /// Lets a whole rollout pass while the event receiver is silent.
    private func withQueue(
        _ body: (RunningAviary, HookServer) async throws -> Void
    ) async throws {
        try await HookServer.run { hooks in
            hooks.answer("event", .hang)
            var manifest = Manifest(port: try FreePort.next())
            var hook = hooks.hook("event")
            hook.timeout = "10m"
            hook.metadata = ["environment": "test"]
            manifest.hooks = [hook]
            try await RunningAviary.run(manifest) { aviary in
                try await aviary.reach("Initialized")
                manifest.version = "2.0.0"
                try aviary.save(manifest)
                try await aviary.reach("Succeeded")
                try await aviary.hear("Promotion completed!")
                try #require(hooks.calls(of: "event").count == 1)
                try await body(aviary, hooks)
            }
        }
    }

    /// The first call was under way and is made again; all others follow, each once, in the order of the history.
    private func expectAll(_ aviary: RunningAviary, _ hooks: HookServer) async throws {
        let told = try aviary.events().filter { $0.reason != "ReplicaFailed" }
        #expect(told.count > 8)
        try await eventually("heard \(hooks.calls(of: "event").count) of \(told.count)") {
            hooks.calls(of: "event").count >= told.count + 1
        }
        let calls = hooks.calls(of: "event")
        #expect(
            calls[0]
                == calls[1].with {
                    $0.status = 0; $0.answered = ""
                })
        #expect(calls.dropFirst().map { $0.metadata["eventMessage"] } == told.map(\.message))
        #expect(calls.dropFirst().map(\.checksum) == told.map(\.checksum))
        #expect(calls.dropFirst().map(\.phase) == told.map { $0.phase ?? "" })
        #expect(calls.allSatisfy { $0.metadata["environment"] == "test" })
        try await eventually("the history does not say that they were told") {
            try aviary.lines().filter { $0.hookType == "event" && $0.passed == true }.count == told.count
        }
    }

    @Test("a daemon that is killed with events queued delivers them all, in order, once it is back")
    func killed() async throws {
        try await withQueue { aviary, hooks in
            try await aviary.killHard()
            hooks.answer("event", .status(200))
            try await aviary.startAgain()
            try await expectAll(aviary, hooks)
        }
    }

    @Test("a daemon that is asked to end does not wait for a silent receiver, and delivers once it is back")
    func terminated() async throws {
        try await withQueue { aviary, hooks in
            #expect(try await aviary.terminate() == 0)
            hooks.answer("event", .status(200))
            try await aviary.startAgain()
            try await expectAll(aviary, hooks)
        }
    }

    @Test("killed again and again while events are delivered, none is lost and the order is kept")
    func killedAgainAndAgain() async throws {
        try await withQueue { aviary, hooks in
            hooks.answer("event", .status(200, delay: .milliseconds(150)))
            for pause in [200, 450, 300] {
                try await aviary.killHard()
                try await aviary.startAgain()
                try await Task.sleep(for: .milliseconds(pause))
            }
            let told = try aviary.events().filter { $0.reason != "ReplicaFailed" }.compactMap(\.message)
            try await eventually("the last was not heard") {
                hooks.calls(of: "event").last?.metadata["eventMessage"] == told.last
            }
            var heard: [HookServer.Call] = []
            for call in hooks.calls(of: "event") {
                let bare = call.with {
                    $0.status = 0; $0.answered = ""
                }
                if heard.last != bare { heard.append(bare) }
            }
            #expect(heard.compactMap { $0.metadata["eventMessage"] } == told)
        }
    }
}

extension HookServer.Call {
    fileprivate func with(_ change: (inout Self) -> Void) -> Self {
        var copy = self
        change(&copy)
        return copy
    }
}
