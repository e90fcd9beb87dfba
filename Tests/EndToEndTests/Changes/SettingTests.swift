import Testing

/// Settings of the canary that change how a rollout goes.
struct SettingTests {
    /// Runs a second revision of a manifest.
    private func rollOut(
        _ change: (inout Manifest, HookServer) -> Void,
        _ body: (RunningAviary, HookServer, Manifest) async throws -> Void
    ) async throws {
        try await HookServer.run { hooks in
            var manifest = Manifest(port: try FreePort.next())
            change(&manifest, hooks)
            try await RunningAviary.run(manifest) { aviary in
                try await aviary.reach("Initialized")
                manifest.version = "2.0.0"
                try aviary.save(manifest)
                try await body(aviary, hooks, manifest)
            }
        }
    }

    @Test("a gate that nobody opens is rolled back at the deadline set by annotation")
    func gateDeadline() async throws {
        try await rollOut { manifest, hooks in
            hooks.answer("confirm-promotion", .status(403))
            manifest.hooks = [hooks.hook("confirm-promotion")]
            manifest.annotations = ["aviary/gate-deadline": "2s"]
        } _: { aviary, _, manifest in
            try await aviary.hear("Rolling back podinfo.test gate deadline of h-confirm-promotion exceeded")
            try await aviary.reach("Failed", weight: 0)
            let versions = try await aviary.versions(of: manifest)
            #expect(versions == ["1.0.0"])
        }
    }

    @Test("while promotion waits for approval, checks go on and can still end the rollout")
    func thresholdWhileWaiting() async throws {
        try await rollOut { manifest, hooks in
            hooks.answer("confirm-promotion", .status(403))
            manifest.hooks = [hooks.hook("rollout"), hooks.hook("confirm-promotion")]
        } _: { aviary, hooks, _ in
            try await aviary.reach("WaitingPromotion", weight: 50)
            hooks.answer("rollout", .status(500, body: "broken"))
            try await aviary.hear("Rolling back podinfo.test failed checks threshold reached 3")
            try await aviary.reach("Failed", weight: 0)
        }
    }

    @Test("the extended payload carries weight, maximum and counts, and the hook's own metadata")
    func extendedPayload() async throws {
        try await rollOut { manifest, hooks in
            var hook = hooks.hook("rollout")
            hook.metadata = ["team": "blue"]
            manifest.hooks = [hook]
            manifest.annotations = ["aviary/payload": "extended"]
        } _: { aviary, hooks, _ in
            try await aviary.reach("Succeeded")
            let sent = try #require(hooks.calls(of: "rollout").first?.metadata)
            #expect(sent["weight"] == "25" && sent["maxWeight"] == "50" && sent["failedChecks"] == "0")
            #expect(sent["team"] == "blue" && sent["previousChecksum"]?.isEmpty == false)
        }
    }

    @Test("traffic comes back to primary step by step where stepWeightPromotion says so")
    func stepWeightPromotion() async throws {
        try await rollOut { manifest, _ in
            manifest.analysis = [
                "threshold: 2", "stepWeight: 50", "maxWeight: 50", "stepWeightPromotion: 25",
            ]
        } _: { aviary, _, _ in
            try await aviary.reach("Succeeded")
            let weights = try aviary.statuses().filter { $0.phase == "Promoting" }.compactMap(\.weight)
            #expect(Set(weights) == [50, 25])
            try await aviary.hear("Advance podinfo.test primary weight 75")
        }
    }

    @Test("with skipAnalysis a healthy revision is promoted without a hook or a step")
    func skipAnalysis() async throws {
        try await rollOut { manifest, hooks in
            manifest.canarySettings = ["skipAnalysis: true"]
            manifest.hooks = [hooks.hook("pre-rollout"), hooks.hook("rollout")]
        } _: { aviary, hooks, manifest in
            try await aviary.reach("Succeeded")
            try await aviary.hear("Canary analysis was skipped for podinfo.test")
            #expect(hooks.calls().isEmpty)
            let versions = try await aviary.versions(of: manifest)
            #expect(versions == ["2.0.0"])
        }
    }

    @Test("one post-rollout hook that fails does not keep the next from being called, and ends nothing")
    func failingPostRollout() async throws {
        try await rollOut { manifest, hooks in
            hooks.answer("first", .status(500, body: "no"))
            manifest.hooks = ["first", "second"].map { hooks.hook("post-rollout", name: $0) }
        } _: { aviary, hooks, _ in
            try await aviary.hear("Promotion completed!")
            #expect(hooks.calls().map(\.path) == ["first", "second"])
            let phase = try aviary.phase()
            #expect(phase == "Succeeded")
        }
    }

    @Test("several hooks of a type are asked in the order listed, and the second not when the first refuses")
    func order() async throws {
        try await rollOut { manifest, hooks in
            hooks.answerOnce("first", [.status(500, body: "no")])
            manifest.hooks = ["first", "second"].map { hooks.hook("pre-rollout", name: $0) }
        } _: { aviary, hooks, _ in
            try await aviary.reach("Succeeded")
            #expect(hooks.calls().map(\.path) == ["first", "first", "second"])
            try await aviary.hear("Halt podinfo.test advancement pre-rollout check first failed no")
        }
    }
}
