import Foundation
import Glibc
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
            var tasks = ""
            // The task of a hook that does not wait may outlast the rollout.
            try await eventually("not all was answered: \(tasks)") {
                tasks = try await Web.get(try aviary.url("/tasks")).body
                return tasks.contains("[OK]   200 responses")
            }
            #expect(tasks.contains("[OK]   20 responses"), "\(tasks)")
            #expect(!tasks.contains("Error distribution"), "\(tasks)")
        }
    }

    private static let rate =
        "metrics: [{name: request-success-rate, thresholdRange: {min: 99}, interval: 5s}]"

    /// Calls over a single connection, for as long as `body` takes; returns how many ended with each status.
    private func calls(
        _ aviary: RunningAviary, _ manifest: Manifest, during body: () async throws -> Void
    ) async throws -> [String: Int] {
        struct Report: Decodable {
            var statusCodeDistribution: [String: Int]
        }
        let arguments = [
            "-z", "5m", "-q", "100", "-c", "4", "--connections", "1", "--insecure", "-O", "json",
        ]
        let load = try SpawnedProgram(
            ["ghz"] + arguments + ["127.0.0.1:\(manifest.port)"], folder: aviary.folder, outputName: "ghz")
        defer { load.signal(SIGKILL) }
        try await eventually("no call was made: \(load.errors)") {
            try await recentCalls(aviary, "primary") > 0
        }
        try await body()
        #expect(load.isRunning, "ended early: \(load.errors)")
        load.signal(SIGINT)
        try await load.exitCode()
        return try JSONDecoder().decode(Report.self, from: Data(load.output.utf8)).statusCodeDistribution
    }

    /// The share of the canary in the calls of the last ten seconds.
    private func canaryShare(_ aviary: RunningAviary) async throws -> Double {
        let (canary, primary) = (
            try await recentCalls(aviary, "canary"), try await recentCalls(aviary, "primary")
        )
        return canary / max(1, canary + primary)
    }

    /// The calls of one side in the last ten seconds.
    private func recentCalls(_ aviary: RunningAviary, _ side: String) async throws -> Double {
        try await Web.get(try aviary.url("/metrics")).body.split(separator: "\n")
            .first { $0.hasPrefix("aviary_requests_recent{") && $0.contains(#"side="\#(side)""#) }?
            .split(separator: " ").last.flatMap { Double($0) } ?? 0
    }

    @Test("one long connection is split by weight and judged by its calls; promotion and rollback lose none")
    func oneConnection() async throws {
        try await HookServer.run { hooks in
            hooks.answer("confirm-promotion", .status(403))
            hooks.answer("rollback", .status(403))
            var manifest = Manifest(port: try FreePort.next())
            manifest.analysis = ["threshold: 3", "stepWeight: 25", "maxWeight: 25", Self.rate]
            manifest.hooks = [hooks.hook("confirm-promotion"), hooks.hook("rollback")]
            try await RunningAviary.run(manifest) { aviary in
                try await aviary.reach("Initialized")
                let statuses = try await calls(aviary, manifest) {
                    manifest.version = "2.0.0"
                    try aviary.save(manifest)
                    try await aviary.reach("WaitingPromotion", weight: 25)
                    try await eventually("the canary's share is not its weight") {
                        abs(try await canaryShare(aviary) - 0.25) < 0.02
                    }
                    hooks.answer("confirm-promotion", .status(200))
                    try await aviary.reach("Succeeded")
                    hooks.answer("confirm-promotion", .status(403))
                    manifest.version = "3.0.0"
                    try aviary.save(manifest)
                    try await aviary.reach("WaitingPromotion", weight: 25)
                    hooks.answer("rollback", .status(200))
                    try await aviary.reach("Failed")
                    try await eventually("the canary is still called") {
                        try await canaryShare(aviary) == 0
                    }
                }
                #expect(Set(statuses.keys) == ["OK"] && statuses["OK"] ?? 0 > 500, "\(statuses)")
                let measured = try aviary.lines().filter { $0.kind == "metric" }
                #expect(!measured.isEmpty && measured.allSatisfy { $0.passed == true && $0.value == 100 })
            }
        }
    }

    @Test("a version whose calls fail is rolled back by their success rate, though HTTP says 200")
    func failingVersion() async throws {
        var manifest = Manifest(port: try FreePort.next())
        manifest.analysis = ["threshold: 2", "stepWeight: 50", Self.rate]
        try await RunningAviary.run(manifest) { aviary in
            try await aviary.reach("Initialized")
            let statuses = try await calls(aviary, manifest) {
                manifest.version = "2.0.0"
                manifest.appArguments = ["--error-rate", "0.5"]
                try aviary.save(manifest)
                try await aviary.reach("Failed")
            }
            #expect(Set(statuses.keys) == ["OK", "Internal"], "\(statuses)")
            #expect(
                try aviary.messages().contains { $0.hasPrefix("Halt podinfo.test advancement success rate") })
            let measured = try aviary.lines().filter { $0.kind == "metric" }
            #expect(measured.contains { $0.passed == false && $0.value ?? 0 < 99 })
        }
    }
}
