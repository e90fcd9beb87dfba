import Testing

/// Promotion, rollback and shutdown drop no request.
struct LoadTests {
    @Test("not one request fails while a version is promoted and the next is rolled back")
    func noRequestFails() async throws {
        try await HookServer.run { hooks in
            var manifest = Manifest(port: try FreePort.next())
            manifest.replicas = 2
            manifest.hooks = [hooks.hook("rollout")]
            try await RunningAviary.run(manifest) { aviary in
                try await aviary.reach("Initialized")
                let load = LoadClient(url: "http://127.0.0.1:\(manifest.port)/version")
                try await load.during(kept: 6, fresh: 2) {
                    manifest.version = "2.0.0"
                    try aviary.save(manifest)
                    try await aviary.reach("Succeeded")
                    hooks.answerOnce("rollout", [.status(200)])
                    hooks.answer("rollout", .status(500, body: "broken"))
                    manifest.version = "3.0.0"
                    try aviary.save(manifest)
                    try await aviary.reach("Failed")
                    try await eventually { aviary.replicas("canary").isEmpty }
                }
                let tally = load.result
                #expect(tally.failed == 0, "\(tally.failures)")
                #expect(tally.requests > 500)
                #expect(Set(tally.versions.keys) == ["1.0.0", "2.0.0", "3.0.0"])
                #expect(try await aviary.versions(of: manifest) == ["2.0.0"])
            }
        }
    }

    @Test("the weight that is shown is the share of requests that the canary gets")
    func shareOfRequests() async throws {
        try await HookServer.run { hooks in
            hooks.answer("confirm-promotion", .status(403))
            var manifest = Manifest(port: try FreePort.next())
            manifest.analysis = ["maxWeight: 30", "stepWeight: 30"]
            manifest.hooks = [hooks.hook("confirm-promotion")]
            try await RunningAviary.run(manifest) { aviary in
                try await aviary.reach("Initialized")
                manifest.version = "2.0.0"
                try aviary.save(manifest)
                try await aviary.reach("WaitingPromotion", weight: 30)
                var canary = 0
                for _ in 0..<1000 {
                    let answer = try await Web.get("http://127.0.0.1:\(manifest.port)/version")
                    if answer.version == "2.0.0" { canary += 1 }
                }
                // Five times the standard deviation.
                #expect((228...372).contains(canary), "\(canary) of 1000")
            }
        }
    }
}
