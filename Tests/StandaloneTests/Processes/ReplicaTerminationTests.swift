import Foundation
import Processes
import Testing

@testable import Standalone

@Suite("A retired replica", .timeLimit(.minutes(5)))
struct ReplicaTerminationTests {
    private let stubborn =
        "trap '' TERM; (trap '' TERM; while :; do sleep 0.1; done) & while :; do sleep 0.1; done"

    @Test("is killed with what it started when it ignores SIGTERM for the grace period")
    func killsTheGroup() async throws {
        try await ReplicaWorld.with { world in
            let set = world.replicaSet()
            try await world.running(set) {
                let template = Server.shell(stubborn, grace: .milliseconds(300))
                try await set.apply(template, revision: "r1", replicas: 1)
                try await eventually("started") { world.processes.count >= 3 }
                let start = ContinuousClock.now
                try await set.apply(template, revision: "r1", replicas: 0)
                try await eventually("gone") { await set.state.isSettled }
                #expect(ContinuousClock.now - start >= .milliseconds(300))
                #expect(world.processes.isEmpty)
            }
        }
    }

    @Test("leaves nothing behind that moved to a session of its own")
    func killsOtherSessions() async throws {
        try await ReplicaWorld.with { world in
            let set = world.replicaSet()
            try await world.running(set) {
                try await set.apply(Server.shell("setsid sleep 600 & sleep 600"), revision: "r1", replicas: 1)
                try await eventually("started") { world.processes.count == 3 }
                await set.stopAll(within: .seconds(10))
                try await eventually("nothing left") { world.processes.isEmpty }
            }
        }
    }

    @Test("lets what it started finish within the grace period, and ends when all have")
    func waitsForTheGroup() async throws {
        try await ReplicaWorld.with { world in
            let out = world.directory.appendingPathComponent("out").path
            let set = world.replicaSet()
            try await world.running(set) {
                let child =
                    "trap 'sleep 0.3; echo bye > \(out); exit' TERM; echo > \(out).up; while :; do sleep 0.05; done"
                let template = Server.shell(
                    "sh -c '\(child.replacing("'", with: "'\\''"))' & sleep 600", grace: .seconds(60))
                try await set.apply(template, revision: "r1", replicas: 1)
                try await eventually("started") { FileManager.default.fileExists(atPath: out + ".up") }
                let start = ContinuousClock.now
                await set.stopAll(within: .seconds(60))
                #expect(ContinuousClock.now - start < .seconds(45))
                #expect(try String(contentsOfFile: out, encoding: .utf8) == "bye\n")
                #expect(world.processes.isEmpty)
            }
        }
    }

    @Test("is killed when the time to stop everything is over, whatever its grace period")
    func stopsWithinTheLimit() async throws {
        try await ReplicaWorld.with { world in
            let set = world.replicaSet()
            try await world.running(set) {
                try await set.apply(Server.shell(stubborn, grace: .seconds(600)), revision: "r1", replicas: 2)
                try await eventually("started") { world.processes.count >= 6 }
                let start = ContinuousClock.now
                await set.stopAll(within: .milliseconds(200))
                #expect(ContinuousClock.now - start < .seconds(60))
                #expect(world.processes.isEmpty)
                #expect(await world.registry.records.isEmpty)
            }
        }
    }

    @Test("leaves no zombie, nor does one that ends after the set stopped supervising")
    func leavesNoZombie() async throws {
        try await ReplicaWorld.with { world in
            let set = world.replicaSet()
            var pids: [pid_t] = []
            try await world.running(set) {
                try await set.apply(Server.shell("sleep 600"), revision: "r1", replicas: 2)
                try await eventually("started") { await world.registry.records.count == 2 }
                pids = await world.registry.records.values.map(\.pid)
            }
            #expect(pids.allSatisfy { ProcessTable.entry($0)?.isZombie == false }, "left running")
            for pid in pids { kill(pid, SIGKILL) }
            try await eventually("reaped") { pids.allSatisfy { ProcessTable.entry($0) == nil } }
        }
    }
}
