import Foundation
import Testing

/// `suspend: true` touches nothing.
struct SuspendTests {
    /// Waits until so many more ticks have passed.
    private func ticks(_ count: Int, of aviary: RunningAviary) async throws {
        let name = "flagger_canary_duration_seconds_count"
        func passed() async throws -> Int {
            let metrics = try await Web.get(try aviary.url("/metrics")).body
            let line = try #require(metrics.split(separator: "\n").first { $0.hasPrefix(name) })
            return try #require(line.split(separator: " ").last.flatMap { Int($0) })
        }
        let before = try await passed()
        try await eventually { try await passed() >= before + count }
    }

    @Test("a revision released while suspended is not touched, and taken up once that is over")
    func atRest() async throws {
        try await HookServer.run { hooks in
            var manifest = Manifest(port: try FreePort.next())
            manifest.hooks = ["rollback", "rollout", "event"].map { hooks.hook($0) }
            hooks.answer("rollback", .status(403))
            try await RunningAviary.run(manifest) { aviary in
                try await aviary.reach("Initialized")
                try await eventually { hooks.calls(of: "event").last?.phase == "Initialized" }
                hooks.forget()
                let known = try aviary.lines().count
                manifest.canarySettings = ["suspend: true"]
                manifest.version = "2.0.0"
                try aviary.save(manifest)
                try await ticks(4, of: aviary)
                #expect(try aviary.lines().dropFirst(known).filter { $0.hookType != "event" }.isEmpty)
                #expect(hooks.calls().isEmpty && aviary.replicas("canary").isEmpty)
                #expect(try await aviary.versions(of: manifest) == ["1.0.0"])
                manifest.canarySettings = []
                try aviary.save(manifest)
                try await aviary.reach("Succeeded")
                #expect(try await aviary.versions(of: manifest) == ["2.0.0"])
            }
        }
    }

    @Test("a rollout that is suspended keeps its weight and asks nobody, not even the rollback hook")
    func underWay() async throws {
        try await HookServer.run { hooks in
            hooks.answer("rollback", .status(403))
            var manifest = Manifest(port: try FreePort.next())
            manifest.analysis = ["threshold: 3", "stepWeight: 10", "maxWeight: 100"]
            manifest.hooks = [hooks.hook("rollback")]
            try await RunningAviary.run(manifest) { aviary in
                try await aviary.reach("Initialized")
                manifest.version = "2.0.0"
                try aviary.save(manifest)
                try await aviary.pass("Progressing", weight: 10)
                manifest.canarySettings = ["suspend: true"]
                try aviary.save(manifest)
                // The tick under way when the file was saved may still end.
                try await ticks(2, of: aviary)
                hooks.answer("rollback", .status(200))
                hooks.forget()
                let held = try #require(try aviary.statuses().last)
                try await ticks(4, of: aviary)
                #expect(hooks.calls().isEmpty)
                #expect(try aviary.statuses().last == held)
                #expect(aviary.replicas("canary").count == 1)
                manifest.canarySettings = []
                try aviary.save(manifest)
                try await aviary.hear("Rolling back podinfo.test manual webhook invoked")
                try await aviary.reach("Failed", weight: 0)
            }
        }
    }
}
