import Testing

/// gRPC through the proxy, as the load test hooks of the API's documentation use it.
struct GRPCTests {
    private func task(_ name: String, _ type: String, _ command: String, kind: String = "cmd")
        -> Manifest.Hook
    {
        Manifest.Hook(
            name: name, type: type, url: "http://flagger-loadtester.test/", timeout: "30s",
            metadata: ["type": kind, "cmd": command])
    }

    @Test("ghz reaches apex and canary by name, by reflection and by the health check that is built in")
    func hooks() async throws {
        var manifest = Manifest(port: try FreePort.next())
        manifest.hooks = [
            // Waits, and holds the rollout unless every call was answered.
            task(
                "smoke", "pre-rollout",
                "ghz -n 20 -c 2 --insecure --threshold 'success>=100' podinfo-canary.test:9898", kind: "bash"),
            task("grpc-load-test", "rollout", "ghz -z 1m -q 10 -c 2 --insecure podinfo.test:9898"),
            task(
                "grpc-load-test-no-reflection", "rollout",
                "ghz --insecure --proto=/tmp/ghz/health.proto --call=grpc.health.v1.Health/Check podinfo.test:9898"
            ),
        ]
        try await RunningAviary.run(manifest) { aviary in
            try await aviary.reach("Initialized")
            manifest.version = "2.0.0"
            try aviary.save(manifest)
            try await aviary.reach("Succeeded")
            let tasks = try await Web.get(try aviary.url("/tasks")).body
            #expect(tasks.contains("[OK]   20 responses"), "\(tasks)")
            #expect(tasks.contains("[OK]   200 responses"), "\(tasks)")
            #expect(!tasks.contains("Error distribution"), "\(tasks)")
        }
    }
}
