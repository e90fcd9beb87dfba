import Glibc
import Testing

/// What counts as a new revision, and what a new one does to the rollout under way.
struct RevisionTests {
    @Test("a change of a tracked configuration file is a new revision, promoted with its contents")
    func configurationFile() async throws {
        try await HookServer.run { hooks in
            var manifest = Manifest(port: try FreePort.next())
            manifest.configFiles = ["settings.toml"]
            manifest.hooks = [hooks.hook("confirm-rollout")]
            try await RunningAviary.run(manifest, files: ["settings.toml": "level = 1\n"]) { aviary in
                try await aviary.reach("Initialized")
                let before = aviary.replicas("primary")
                try "level = 2\n".write(
                    toFile: "\(aviary.folder)/settings.toml", atomically: true, encoding: .utf8)
                try await aviary.reach("Succeeded")
                try await eventually {
                    !aviary.replicas("primary").isEmpty && aviary.replicas("primary") != before
                }
                #expect(hooks.calls(of: "confirm-rollout").count == 1)
                #expect(try await aviary.versions(of: manifest) == ["1.0.0"])
            }
        }
    }

    @Test("saving the same file again, or another number of replicas, starts no rollout")
    func noRevision() async throws {
        var manifest = Manifest(port: try FreePort.next())
        try await RunningAviary.run(manifest) { aviary in
            try await aviary.reach("Initialized")
            try aviary.save(manifest)
            manifest.replicas = 2
            try aviary.save(manifest)
            try await eventually("not scaled") { aviary.replicas("primary").count == 2 }
            try await aviary.terminate()
            try await aviary.startAgain()
            try await eventually("not scaled") { aviary.replicas("primary").count == 2 }
            #expect(try aviary.statuses().allSatisfy { ["Initializing", "Initialized"].contains($0.phase) })
        }
    }

    @Test("a new revision during analysis gives the traffic back and is asked for from the start")
    func restarts() async throws {
        try await HookServer.run { hooks in
            hooks.answerOnce("confirm-traffic-increase", [.status(200)])
            hooks.answer("confirm-traffic-increase", .status(403))
            var manifest = Manifest(port: try FreePort.next())
            manifest.hooks = [
                "confirm-rollout", "pre-rollout", "confirm-traffic-increase", "confirm-promotion",
                "post-rollout",
            ].map { hooks.hook($0) }
            try await RunningAviary.run(manifest) { aviary in
                try await aviary.reach("Initialized")
                manifest.version = "2.0.0"
                try aviary.save(manifest)
                try await aviary.reach("Progressing", weight: 25)
                hooks.answer("confirm-rollout", .status(403))
                manifest.version = "3.0.0"
                try aviary.save(manifest)
                try await aviary.hear("New revision detected! Restarting analysis for podinfo.test")
                try await aviary.reach("Waiting", weight: 0)
                #expect(try await aviary.versions(of: manifest) == ["1.0.0"])
                try await eventually("an unconfirmed revision runs") { aviary.replicas("canary").isEmpty }
                hooks.answer("confirm-rollout", .status(200))
                hooks.answer("confirm-traffic-increase", .status(200))
                try await aviary.reach("Succeeded")
                #expect(try await aviary.versions(of: manifest) == ["3.0.0"])
                let asked = hooks.calls(of: "confirm-rollout")
                #expect(Set(asked.map(\.checksum)).count == 2)
                #expect(hooks.calls(of: "pre-rollout").count == 2)
                #expect(
                    Set(hooks.calls(of: "confirm-promotion").map(\.checksum)) == [asked.last?.checksum ?? ""])
            }
        }
    }

    @Test("going back to the promoted revision during analysis rolls back at once")
    func revert() async throws {
        try await HookServer.run { hooks in
            hooks.answer("confirm-promotion", .status(403))
            var manifest = Manifest(port: try FreePort.next())
            manifest.hooks = [hooks.hook("confirm-promotion")]
            try await RunningAviary.run(manifest) { aviary in
                try await aviary.reach("Initialized")
                manifest.version = "2.0.0"
                try aviary.save(manifest)
                try await aviary.reach("WaitingPromotion", weight: 50)
                manifest.version = "1.0.0"
                try aviary.save(manifest)
                try await aviary.reach("Failed", weight: 0)
                #expect(try await aviary.versions(of: manifest) == ["1.0.0"])
            }
        }
    }
}
