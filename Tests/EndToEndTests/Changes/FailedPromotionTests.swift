import Testing

/// A revision that serves as the canary and not as primary.
struct FailedPromotionTests {
    @Test("when primary never becomes ready, the canary keeps serving, and the next revision replaces both")
    func primaryFails() async throws {
        try await HookServer.run { hooks in
            var manifest = Manifest(port: try FreePort.next())
            manifest.canarySettings = ["progressDeadlineSeconds: 10"]
            manifest.hooks = ["event", "post-rollout"].map { hooks.hook($0) }
            manifest.command = try command("1.0.0", serving: "primary canary")
            try await RunningAviary.run(manifest) { aviary in
                try await aviary.reach("Initialized")
                let load = LoadClient(url: "http://127.0.0.1:\(manifest.port)/version")
                try await load.during(kept: 2, fresh: 1) {
                    manifest.command = try command("2.0.0", serving: "canary")
                    try aviary.save(manifest)
                    try await aviary.pass("Promoting")
                    try await aviary.reach("Failed", weight: 100)
                    try await aviary.hear("Promotion of podinfo.test failed, primary not ready")
                    try await eventually { hooks.calls(of: "post-rollout").map(\.phase) == ["Failed"] }
                    #expect(try await aviary.versions(of: manifest) == ["2.0.0"])
                    #expect(aviary.replicas("canary").count == 1)

                    manifest.command = try command("3.0.0", serving: "primary canary")
                    try aviary.save(manifest)
                    try await aviary.reach("Succeeded", weight: 0)
                    try await eventually("the canary still runs") { aviary.replicas("canary").isEmpty }
                }
                #expect(load.result.failed == 0, "\(load.result.failures)")
                #expect(Set(load.result.versions.keys) == ["1.0.0", "2.0.0", "3.0.0"])
                #expect(try await aviary.versions(of: manifest) == ["3.0.0"])
            }
        }
    }

    /// The sample app where the replica belongs to one of these sides; elsewhere it ends at once.
    private func command(_ version: String, serving sides: String) throws -> [String] {
        let program = try BuiltProgram.path()
        return [
            "sh", "-c",
            #"case " \#(sides) " in *" $AVIARY_SIDE "*) exec "$0" sample-app --port "$PORT" --app-version "$1";; esac; exit 3"#,
            program, version,
        ]
    }
}
