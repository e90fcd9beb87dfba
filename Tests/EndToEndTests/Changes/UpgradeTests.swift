import Foundation
import GRDB
import Testing

/// A data directory that an earlier version has left.
struct UpgradeTests {
    /// Puts the state of an earlier version where a daemon will look for it.
    private func restore(_ name: String, into folder: String) throws {
        let dump = try #require(
            Bundle.module.url(forResource: name, withExtension: "sql", subdirectory: "Databases"))
        let sql = try String(contentsOf: dump, encoding: .utf8).replacing("FOLDER", with: folder)
        try FileManager.default.createDirectory(
            atPath: "\(folder)/data", withIntermediateDirectories: true)
        try DatabaseQueue(path: "\(folder)/data/aviary.sqlite").writeWithoutTransaction {
            try $0.execute(sql: sql)
        }
    }

    @Test(
        "an upgrade goes on with what was promoted and starts no rollout; the next revision is analysed",
        arguments: ["standalone-1"])
    func startsNoRollout(_ state: String) async throws {
        var manifest = Manifest(port: try FreePort.next())
        manifest.version = "2.0.0"
        manifest.command = ["aviary", "sample-app", "--port", "$(PORT)", "--app-version", "2.0.0"]
        try await RunningAviary.run(manifest, beforeStart: { try restore(state, into: $0) }) { aviary in
            try await eventually("primary does not serve") {
                (try? await Web.get("http://127.0.0.1:\(manifest.port)/version").version) == "2.0.0"
            }
            // Several ticks: the canary is at rest, and stays there.
            try await eventually("the canary is not ticked") { try await ticks(of: aviary) >= 3 }
            #expect(try aviary.messages() == [])
            #expect(try aviary.statuses() == [])
            let table = try await aviary.command(["get", "canaries"])
            #expect(table.output.contains("Succeeded"), "\(table.output)")
            let events = try await aviary.command(["get", "events", "podinfo", "-n", "test"])
            #expect(events.output.contains("Promotion completed!"), "\(events.output)")

            manifest.command?[5] = "3.0.0"
            try aviary.save(manifest)
            try await aviary.reach("Succeeded")
            try await aviary.hear("Advance podinfo.test canary weight 25")
            #expect(try await aviary.versions(of: manifest) == ["3.0.0"])
        }
    }

    /// How often the canary was looked at in this life of the daemon.
    private func ticks(of aviary: RunningAviary) async throws -> Int {
        let name = "flagger_canary_duration_seconds_count{"
        let line = try await Web.get(try aviary.url("/metrics")).body.split(separator: "\n")
            .first { $0.hasPrefix(name) }
        return line?.split(separator: " ").last.flatMap { Int($0) } ?? 0
    }
}
