import Testing

/// What the built-in proxy measures decides.
struct MetricTests {
    private static let rate =
        "metrics: [{name: request-success-rate, thresholdRange: {min: 99}, interval: 5s}]"

    @Test("a version that fails requests is rolled back by its success rate")
    func failingVersion() async throws {
        var manifest = Manifest(port: try FreePort.next())
        manifest.analysis = ["threshold: 2", "stepWeight: 50", Self.rate]
        try await RunningAviary.run(manifest) { aviary in
            try await aviary.reach("Initialized")
            let load = LoadClient(url: "http://127.0.0.1:\(manifest.port)/version")
            try await load.during(kept: 2, fresh: 0) {
                manifest.version = "2.0.0"
                manifest.appArguments = ["--error-rate", "0.5"]
                try aviary.save(manifest)
                try await aviary.reach("Failed")
            }
            #expect(
                try aviary.messages().contains { $0.hasPrefix("Halt podinfo.test advancement success rate") })
            let measured = try aviary.lines().filter { $0.kind == "metric" }
            #expect(measured.allSatisfy { $0.passed == false && $0.value ?? 0 < 99 })
            #expect(try await aviary.versions(of: manifest) == ["1.0.0"])
        }
    }

    @Test("no traffic is a failed check, and a load test that a hook starts is traffic")
    func loadTest() async throws {
        var manifest = Manifest(port: try FreePort.next())
        manifest.analysis = ["threshold: 2", "stepWeight: 50", "maxWeight: 50", Self.rate]
        try await RunningAviary.run(manifest) { aviary in
            try await aviary.reach("Initialized")
            manifest.version = "2.0.0"
            try aviary.save(manifest)
            try await aviary.reach("Failed")
            #expect(
                try aviary.messages().contains {
                    $0.contains("no values found for metric request-success-rate")
                })
            manifest.hooks = [
                .init(
                    name: "load", type: "rollout", url: "http://flagger-loadtester.test/",
                    metadata: [
                        "type": "cmd",
                        "cmd": "hey -z 20s -q 20 -c 2 http://podinfo-canary.test:\(manifest.port)/",
                    ]),
                .init(
                    name: "smoke", type: "pre-rollout", url: "http://flagger-loadtester.test/",
                    metadata: ["type": "bash", "cmd": "curl -sf $AVIARY_CANARY_URL/version | grep 3.0.0"]),
            ]
            manifest.analysis[0] = "threshold: 10"
            manifest.version = "3.0.0"
            try aviary.save(manifest)
            try await aviary.reach("Succeeded")
            #expect(try aviary.lines().contains { $0.kind == "metric" && $0.passed == true })
            #expect(try await aviary.terminate() == 0)
            #expect(aviary.children().isEmpty, "leaked: \(aviary.children())")
        }
    }
}
