import Testing

/// The disk of the data directory fills up in the middle of a rollout.
struct FullDiskTests {
    private static let trouble = "the disk of --data-dir is full"

    /// Runs a canary of version 1.0.0 on a small disk, under load, until the second version has some traffic.
    private func rollOut(
        _ hooks: HookServer, _ types: [String],
        _ body: (RunningAviary, SmallDisk, Manifest) async throws -> Void
    ) async throws {
        var manifest = Manifest(port: try FreePort.next())
        manifest.replicas = 2
        manifest.analysis = ["threshold: 2", "stepWeights: [20, 40]"]
        manifest.hooks = (types + [Self.gate]).map { hooks.hook($0) }
        Self.holdAtFirstStep(hooks)
        try await RunningAviary.runOnSmallDisk(manifest) { aviary, disk in
            try await aviary.reach("Initialized")
            let load = LoadClient(url: "http://127.0.0.1:\(manifest.port)/version")
            try await load.during(kept: 2, fresh: 1) {
                manifest.version = "2.0.0"
                try aviary.save(manifest)
                try await aviary.reach("Progressing", weight: 20)
                try disk.fill()
                hooks.answer(Self.gate, .status(200))
                try await aviary.hear(Self.trouble)
                try await body(aviary, disk, manifest)
            }
            #expect(load.result.failed == 0, "\(load.result.failures)")
            #expect(load.result.requests > 200)
        }
    }

    private static let gate = "confirm-traffic-increase"

    /// Lets the canary have its first traffic and no more, until there was time to fill the disk.
    private static func holdAtFirstStep(_ hooks: HookServer) {
        hooks.answerOnce(gate, [.status(200)])
        hooks.answer(gate, .status(403))
    }

    /// Until `/healthz` has told of the trouble for some ticks: small commits may still find a place in files that
    /// are there already.
    private func expectSteadyTrouble(_ aviary: RunningAviary, _ disk: SmallDisk) async throws {
        let clock = ContinuousClock()
        var since = clock.now
        try await eventually("the trouble does not last") {
            try disk.fill()
            let health = try await Web.get(try aviary.url("/healthz"))
            let isTold =
                health.status == 503 && health.body.contains("canary podinfo.test")
                && health.body.contains(Self.trouble)
            if !isTold { since = clock.now }
            return clock.now - since > .seconds(4)
        }
    }

    @Test("a full disk is told, holds the rollout, and drops no request; with space again it is promoted")
    func promotes() async throws {
        try await HookServer.run { hooks in
            try await rollOut(hooks, ["rollout", "event", "post-rollout"]) { aviary, disk, manifest in
                try await expectSteadyTrouble(aviary, disk)
                #expect(aviary.program.errors.contains(Self.trouble))
                let told = try aviary.messages().filter { $0.contains(Self.trouble) }.count
                let asked = hooks.calls(of: "rollout").count
                try await eventually { hooks.calls(of: "rollout").count >= asked + 3 }
                #expect(try aviary.statuses().last?.weight == 20)
                let toldNow = try aviary.messages().filter { $0.contains(Self.trouble) }.count
                #expect(toldNow == told, "told with every tick")

                try disk.free()
                try await aviary.reach("Succeeded")
                try await aviary.hear("Promotion completed!")
                #expect(try await Web.get(try aviary.url("/healthz")).body == "OK")
                #expect(try await aviary.versions(of: manifest) == ["2.0.0"])
                try await expectAllTold(aviary, hooks)
            }
        }
    }

    @Test(
        "a rollback takes the traffic off the canary although nothing can be kept, and ends with space again")
    func rollsBack() async throws {
        try await HookServer.run { hooks in
            hooks.answer("rollback", .status(403))
            try await rollOut(hooks, ["rollback", "event", "post-rollout"]) { aviary, disk, manifest in
                hooks.answer("rollback", .status(200))
                let asked = hooks.calls(of: "rollback").count
                try await eventually { hooks.calls(of: "rollback").count >= asked + 2 }
                #expect(try await aviary.versions(of: manifest, requests: 60) == ["1.0.0"])
                #expect(try aviary.phase() == "Progressing")

                try disk.free()
                try await aviary.reach("Failed", weight: 0)
                try await eventually("the canary still runs") { aviary.replicas("canary").isEmpty }
                try await eventually { hooks.calls(of: "post-rollout").map(\.phase) == ["Failed"] }
                try await expectAllTold(aviary, hooks)
            }
        }
    }

    @Test("a daemon that is killed on a full disk starts again, serves, and goes on with space again")
    func killed() async throws {
        try await HookServer.run { hooks in
            var manifest = Manifest(port: try FreePort.next())
            manifest.hooks = [hooks.hook("rollout"), hooks.hook(Self.gate)]
            Self.holdAtFirstStep(hooks)
            try await RunningAviary.runOnSmallDisk(manifest) { aviary, disk in
                try await aviary.reach("Initialized")
                manifest.version = "2.0.0"
                try aviary.save(manifest)
                try await aviary.reach("Progressing", weight: 25)
                try disk.fill()
                hooks.answer(Self.gate, .status(200))
                try await aviary.hear(Self.trouble)
                try await aviary.killHard()
                try await aviary.startAgain()
                #expect(try await aviary.versions(of: manifest).isSubset(of: ["1.0.0", "2.0.0"]))
                try await aviary.hear(Self.trouble, times: 2)
                try disk.free()
                try await aviary.reach("Succeeded")
                #expect(try await aviary.versions(of: manifest) == ["2.0.0"])
                try await eventually { aviary.replicas("canary").isEmpty }
                #expect(aviary.replicas("primary").count == 1)
            }
        }
    }

    @Test("what can't be taken for want of space is refused with the reason, and a saved file is taken later")
    func deploys() async throws {
        var manifest = Manifest(port: try FreePort.next())
        try await RunningAviary.runOnSmallDisk(manifest) { aviary, disk in
            try await aviary.reach("Initialized")
            try disk.fill()
            manifest.version = "2.0.0"
            let changed = "\(aviary.folder)/changed.yaml"
            try manifest.text().write(toFile: changed, atomically: true, encoding: .utf8)
            let applied = try await aviary.command(["apply", changed])
            #expect(applied.exitCode == 1 && applied.errors.contains(Self.trouble), "\(applied)")
            let opened = try await aviary.command(["gate", "open", "podinfo", "-n", "test"])
            #expect(opened.exitCode == 1 && opened.errors.contains("full"), "\(opened)")
            try aviary.save(manifest)
            try await eventually("not told") { aviary.program.errors.contains(Self.trouble) }
            #expect(try await aviary.versions(of: manifest) == ["1.0.0"])
            try disk.free()
            try await aviary.reach("Succeeded")
            #expect(try await aviary.versions(of: manifest) == ["2.0.0"])
        }
    }

    /// Every event that was kept was heard by the event hook, in order.
    private func expectAllTold(_ aviary: RunningAviary, _ hooks: HookServer) async throws {
        // A trouble is told outside of the rollout: to those who watch.
        let kept = try aviary.events().filter { $0.reason != "ReplicaFailed" && $0.id != 0 }.compactMap(
            \.message)
        try await eventually(
            "kept \(kept), heard \(hooks.calls(of: "event").map { $0.metadata["eventMessage"] })"
        ) {
            hooks.calls(of: "event").compactMap { $0.metadata["eventMessage"] } == kept
        }
    }
}
