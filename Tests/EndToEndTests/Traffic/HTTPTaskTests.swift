import Testing

/// A load test without a shell, as a hook that decides.
struct HTTPTaskTests {
    private func loadTest(_ thresholds: String) -> Manifest.Hook {
        Manifest.Hook(
            name: "load test", type: "rollout", url: "http://flagger-loadtester.test/", timeout: "60s",
            metadata: [
                "type": "http", "url": "http://podinfo-canary.test:9898/version", "requests": "4",
                "connections": "2", "rate": "100", "thresholds": thresholds,
            ])
    }

    @Test("promotes a version that keeps the load test's thresholds, and rolls a slow one back")
    func thresholdsDecide() async throws {
        var manifest = Manifest(port: try FreePort.next())
        manifest.analysis = ["threshold: 2", "stepWeight: 25", "maxWeight: 50"]
        manifest.hooks = [loadTest("p95<3s, success>=100")]
        try await RunningAviary.run(manifest) { aviary in
            try await aviary.reach("Initialized")
            manifest.version = "2.0.0"
            try aviary.save(manifest)
            try await aviary.reach("Succeeded")
            let passed = try aviary.lines().filter { $0.kind == "hook" && $0.name == "load test" }
            #expect(!passed.isEmpty && passed.allSatisfy { $0.status == 200 }, "\(passed)")

            manifest.version = "3.0.0"
            manifest.appArguments = ["--latency", "4s"]
            try aviary.save(manifest)
            try await aviary.reach("Failed")
            let refusals = try aviary.lines().filter { $0.kind == "hook" && $0.status == 500 }
            #expect(refusals.count == 2)
            #expect(
                refusals.allSatisfy { $0.body?.contains("p95<3s") == true },
                "the answer names the threshold that was missed: \(refusals)")
            #expect(try await aviary.versions(of: manifest) == ["2.0.0"])
        }
    }
}
