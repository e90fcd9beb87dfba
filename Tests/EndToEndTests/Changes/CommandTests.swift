import Foundation
import Glibc
import Testing

/// The client commands against a running daemon, with their exit codes.
struct CommandTests {
    private static let gate = "http://flagger-loadtester.test/gate/check"
    private static let rollback = "http://flagger-loadtester.test/rollback/check"

    @Test("get shows the canary, watch ends with success, and a gate is opened from the command line")
    func promotes() async throws {
        var manifest = Manifest(port: try FreePort.next())
        manifest.hooks = [.init(name: "start", type: "confirm-rollout", url: Self.gate)]
        try await RunningAviary.run(manifest) { aviary in
            try await aviary.reach("Initialized")
            let table = try await aviary.command(["get", "canaries"])
            #expect(table.exitCode == 0)
            let rows = table.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
            #expect(rows.first == ["NAME", "STATUS", "WEIGHT", "LASTTRANSITIONTIME"])
            #expect(rows.last?.prefix(3) == ["podinfo", "Initialized", "0"])

            manifest.version = "2.0.0"
            let changed = "\(aviary.folder)/changed.yaml"
            try manifest.text().write(toFile: changed, atomically: true, encoding: .utf8)
            let applied = try await aviary.command(["apply", changed])
            #expect(applied.exitCode == 0)
            #expect(applied.output.contains("Process/podinfo.test applied"))
            try await aviary.reach("Waiting")

            let impatient = try await aviary.command(["watch", "podinfo", "-n", "test", "--timeout", "1"])
            #expect(impatient.exitCode == 2)
            let closed = try await aviary.command(["gate", "list"])
            #expect(closed.output.contains("podinfo"))
            let opened = try await aviary.command(
                ["gate", "open", "podinfo", "-n", "test", "--reason", "looks good"])
            #expect(opened.exitCode == 0)
            let watched = try await aviary.command(
                ["watch", "podinfo", "-n", "test", "--timeout", "120"],
                within: .seconds(150))
            #expect(watched.exitCode == 0)
            #expect(watched.output.contains("Succeeded"))
            #expect(try await aviary.versions(of: manifest) == ["2.0.0"])
            #expect(try await Self.phase(aviary) == "Succeeded")
        }
    }

    @Test("the rollback gate ends a rollout that still waits for approval, and watch fails")
    func rollsBackWhileWaiting() async throws {
        var manifest = Manifest(port: try FreePort.next())
        manifest.hooks = [
            .init(name: "start", type: "confirm-rollout", url: Self.gate),
            .init(name: "back", type: "rollback", url: Self.rollback),
        ]
        try await RunningAviary.run(manifest) { aviary in
            try await aviary.reach("Initialized")
            manifest.version = "2.0.0"
            try aviary.save(manifest)
            try await aviary.reach("Waiting")
            #expect(try await aviary.command(["rollback", "open", "podinfo", "-n", "test"]).exitCode == 0)
            try await aviary.hear("Rolling back podinfo.test manual webhook invoked")
            try await aviary.reach("Failed")
            let watched = try await aviary.command(["watch", "podinfo", "-n", "test"])
            #expect(watched.exitCode == 1)
            #expect(try await aviary.versions(of: manifest) == ["1.0.0"])
        }
    }

    @Test("pause holds the weight, resume goes on, and abort gives the traffic back at once")
    func pausesResumesAborts() async throws {
        try await HookServer.run { hooks in
            hooks.answer("rollback", .status(403))
            var manifest = Manifest(port: try FreePort.next())
            manifest.analysis = ["threshold: 3", "stepWeight: 2", "maxWeight: 100"]
            manifest.hooks = [hooks.hook("rollback")]
            try await RunningAviary.run(manifest) { aviary in
                try await aviary.reach("Initialized")
                let early = try await aviary.command(["abort", "podinfo", "-n", "test"])
                #expect(early.exitCode == 1)
                #expect(early.errors.contains("no rollout under way"))
                manifest.version = "2.0.0"
                try aviary.save(manifest)
                try await aviary.pass("Progressing", weight: 2)
                #expect(try await aviary.command(["pause", "podinfo", "-n", "test"]).exitCode == 0)
                try await aviary.hear("paused")
                let held = try #require(try aviary.statuses().last?.weight)
                let ticks = hooks.calls(of: "rollback").count
                try await eventually { hooks.calls(of: "rollback").count >= ticks + 3 }
                #expect(try aviary.statuses().last?.weight == held)
                #expect(try await aviary.command(["resume", "podinfo", "-n", "test"]).exitCode == 0)
                try await aviary.pass("Progressing", weight: held + 2)
                let aborted = try await aviary.command(
                    ["abort", "podinfo", "-n", "test", "--reason", "wrong build"])
                #expect(aborted.exitCode == 0)
                #expect(aborted.output.contains("Failed"))
                try await aviary.hear("Rolling back podinfo.test aborted: wrong build")
                #expect(try await aviary.versions(of: manifest) == ["1.0.0"])
            }
        }
    }

    @Test("apply - deploys what standard input says, and refuses it with line and field when it is wrong")
    func appliesStandardInput() async throws {
        var manifest = Manifest(port: try FreePort.next())
        try await RunningAviary.run(manifest) { aviary in
            try await aviary.reach("Initialized")
            manifest.version = "2.0.0"
            let wrong = try manifest.text().replacing("replicas: 1", with: "replicas: many")
            let refused = try await aviary.command(["apply", "-"], input: wrong)
            #expect(refused.exitCode == 1)
            #expect(refused.errors.contains("spec.replicas"), "\(refused.errors)")
            let empty = try await aviary.command(["apply", "-"], input: "")
            #expect(empty.exitCode == 1)
            let applied = try await aviary.command(["apply", "-"], input: try manifest.text())
            #expect(applied.exitCode == 0)
            #expect(applied.output.contains("Process/podinfo.test applied"))
            #expect(applied.output.contains("Canary/podinfo.test applied"))
            try await aviary.reach("Succeeded")
            #expect(try await aviary.versions(of: manifest) == ["2.0.0"])
        }
    }

    @Test("applying what is wrong, or asking for what is not there, fails with the reason")
    func refuses() async throws {
        let manifest = Manifest(port: try FreePort.next())
        try await RunningAviary.run(manifest) { aviary in
            try await aviary.reach("Initialized")
            let bad = "\(aviary.folder)/bad.yaml"
            try manifest.text().replacing("interval: 1s", with: "interval: soon")
                .write(toFile: bad, atomically: true, encoding: .utf8)
            let applied = try await aviary.command(["apply", bad])
            #expect(applied.exitCode == 1)
            #expect(applied.errors.contains("interval"))
            let missing = try await aviary.command(["get", "canaries", "nobody"])
            #expect(missing.exitCode == 1)
            #expect(missing.errors.contains("no canary nobody"))
            // 1 is a failed rollout; a canary that is not there is no answer to that question.
            let watched = try await aviary.command(["watch", "nobody", "-n", "test"])
            #expect(watched.exitCode == 2)
            #expect(watched.errors.contains("no canary nobody"))
        }
    }

    @Test("watch waits for a daemon that is killed and started again, and tells how the rollout ended")
    func watchesAcrossRestart() async throws {
        var manifest = Manifest(port: try FreePort.next())
        manifest.hooks = [.init(name: "end", type: "confirm-promotion", url: Self.gate)]
        let listen = ["--listen", "127.0.0.1:\(try FreePort.next())"]
        try await RunningAviary.run(manifest, arguments: listen) { aviary in
            try await aviary.reach("Initialized")
            manifest.version = "2.0.0"
            try aviary.save(manifest)
            try await aviary.pass("Progressing")
            let watch = try SpawnedProgram(
                ["watch", "podinfo", "-n", "test", "--timeout", "600"],
                environment: ["AVIARY_SERVER": try aviary.url("")], folder: aviary.folder, outputName: "watch"
            )
            defer { watch.signal(SIGKILL) }
            try await aviary.reach("WaitingPromotion")
            try await eventually("watch is silent") {
                watch.output.contains("waiting for promotion approval")
            }
            try await aviary.killHard()
            try await aviary.startAgain()
            #expect(try await aviary.command(["gate", "open", "podinfo", "-n", "test"]).exitCode == 0)
            #expect(try await watch.exitCode() == 0)
            #expect(watch.output.contains("podinfo.test Succeeded"))
        }
    }

    private static func phase(_ aviary: RunningAviary) async throws -> String? {
        struct Canary: Decodable {
            struct Status: Decodable { var phase: String }
            var status: Status
        }
        let result = try await aviary.command(["get", "canaries", "-o", "json"])
        return try JSONDecoder().decode([Canary].self, from: Data(result.output.utf8)).first?.status.phase
    }
}
