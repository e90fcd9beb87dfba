import Foundation
import Glibc
import Processes
import Testing

@testable import Standalone

@Suite("A replica that ends", .timeLimit(.minutes(5)))
struct ReplicaCrashTests {
    @Test("is started again after the back-off, and its last words are told")
    func isStartedAgain() async throws {
        try await ReplicaWorld.with { world in
            let set = world.replicaSet(clock: ScaledClock(factor: 100))
            try await world.running(set) {
                try await set.apply(
                    Server.shell("echo starting; echo no database >&2; exit 3"), revision: "r1", replicas: 1)
                try await eventually("three restarts") { await set.state.restarts >= 3 }
                #expect(await set.state.lastFailure == "exited with code 3: no database")
                #expect(await set.state.available == 0)
                await set.stopAll(within: .seconds(100))
            }
            #expect(await world.registry.records.isEmpty)
        }
    }

    @Test("waits a second before it is started again, on the clock given")
    func waits() async throws {
        try await ReplicaWorld.with { world in
            let set = world.replicaSet()
            try await world.running(set) {
                let starts = world.directory.appendingPathComponent("starts").path
                var template = Server.shell("date +%s.%N >> \"$OUT\"")
                template.environment = [.init(name: "OUT", value: starts)]
                try await set.apply(template, revision: "r1", replicas: 1)
                func times() -> [Double] {
                    ((try? String(contentsOfFile: starts, encoding: .utf8)) ?? "").split(separator: "\n")
                        .compactMap { Double($0) }
                }
                try await eventually("second start") { times().count >= 2 }
                #expect(times()[1] - times()[0] >= 1)
                await set.stopAll(within: .seconds(10))
            }
        }
    }

    @Test(
        "reports why it could not be executed",
        arguments: [
            (["nope"], "exec failed: command \"nope\" not found"),
            (["/nope/x"], "exec failed: command \"/nope/x\" not found"),
            (["/etc/passwd"], "exec failed: \"/etc/passwd\": Permission denied"),
        ])
    func reportsExec(command: [String], failure: String) async throws {
        try await ReplicaWorld.with { world in
            let set = world.replicaSet()
            try await world.running(set) {
                try await set.apply(ProcessTemplate(command: command), revision: "r1", replicas: 1)
                try await eventually("failed") { await set.state.lastFailure == failure }
                let elsewhere = ProcessTemplate(command: ["true"], workingDirectory: "/nope")
                try await set.apply(elsewhere, revision: "r2", replicas: 1)
                try await eventually("failed for the directory") {
                    await set.state.lastFailure == "exec failed: working directory \"/nope\" not found"
                }
                await set.stopAll(within: .seconds(10))
            }
        }
    }

    @Test("loses its endpoint at once and takes what it started with it")
    func losesItsEndpoint() async throws {
        try await ReplicaWorld.with { world in
            let set = world.replicaSet()
            try await world.running(set) {
                var template = Server.template()
                // A long period: only the exit, not a probe, can withdraw the endpoint soon.
                template.readinessProbe.period = .seconds(60)
                template.command = ["sh", "-c", "sleep 600 & exec \"$@\"", "sh"] + template.command
                try await set.apply(template, revision: "r1", replicas: 1)
                try await eventually("ready") { await set.state.isReady && world.processes.count == 2 }
                let first = try #require(await world.registry.records.values.first)
                kill(first.pid, SIGKILL)
                try await eventually("withdrawn") { await world.table.endpoints.all.isEmpty }
                #expect(await set.state.lastFailure?.hasPrefix("killed by signal 9") == true)
                try await eventually("ready again") { await set.state.isReady }
                let second = try #require(await world.registry.records.values.first)
                #expect(second.id != first.id && ProcessTable.entry(first.pid) == nil)
                try await eventually("one server and its child") { world.processes.count == 2 }
                await set.stopAll(within: .seconds(10))
            }
            #expect(world.processes.isEmpty)
        }
    }

    @Test("is not left running when it cannot be recorded")
    func endsUnrecorded() async throws {
        try await ReplicaWorld.with { world in
            let set = world.replicaSet(clock: ScaledClock(factor: 20))
            await world.registry.refuseRecords(true)
            try await world.running(set) {
                try await set.apply(Server.template(), revision: "r1", replicas: 1)
                try await eventually("refused") {
                    await set.state.lastFailure?.hasPrefix("cannot record replica") ?? false
                }
                try await eventually("ended") { world.processes.isEmpty }
                await world.registry.refuseRecords(false)
                try await eventually("ready after all") { await set.state.isReady }
                await set.stopAll(within: .seconds(100))
            }
        }
    }
}
