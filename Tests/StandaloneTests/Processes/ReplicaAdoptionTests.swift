import Foundation
import Glibc
import Processes
import Testing

@testable import Standalone

@Suite("Replicas of an earlier run", .timeLimit(.minutes(5)))
struct ReplicaAdoptionTests {
    /// Starts a server as an owner would that is then killed with SIGKILL, and tells its record.
    private func survivor(_ world: ReplicaWorld, id: String, revision: String) async throws -> ReplicaRecord {
        let port = try LoopbackPorts.shared.reserve()
        let pidFile = world.directory.appendingPathComponent(id).path
        let launch = ReplicaLaunch(
            ProcessTemplate(
                command: ["sh", "-c", "setsid \"$@\" & echo $! > '\(pidFile)'; wait", "sh"] + Server.command),
            inheriting: ProcessInfo.processInfo.environment,
            identity: [
                "PORT": "\(port)", "AVIARY_REVISION": revision, "AVIARY_PROCESS_ID": id,
                "AVIARY_OWNER": world.owner,
            ])
        let output = open("/dev/null", O_WRONLY | O_CLOEXEC)
        defer { close(output) }
        let owner = ReplicaProcess.child(id: "owner", pid: try launch.start(output: output), port: port)
        var pid: pid_t = 0
        try await eventually("started and in its own group") {
            pid = pid_t((try? String(contentsOfFile: pidFile, encoding: .utf8))?.dropLast() ?? "") ?? 0
            guard pid > 0, let entry = ProcessTable.entry(pid), entry.group == pid else { return false }
            return await EndpointTable.get(port) == revision
        }
        kill(owner.pid, SIGKILL)
        await owner.exited.wait()
        owner.reap()
        let record = ReplicaRecord(
            id: id, name: "podinfo", namespace: "test", side: .primary, revision: revision, pid: pid,
            startTime: try #require(ProcessTable.entry(pid)).startTime, bootID: ProcessTable.bootID,
            port: port, templateHash: Server.template().hash)
        try await world.registry.record(record)
        return record
    }

    @Test("of the desired revision are adopted, published before anything is started, and watched")
    func adopts() async throws {
        try await ReplicaWorld.with { world in
            let record = try await survivor(world, id: "first", revision: "r1")
            let set = world.replicaSet(survivors: [record])
            try await world.running(set) {
                try await set.apply(Server.template(), revision: "r1", replicas: 1)
                #expect(await world.table.endpoints.current.map(\.port) == [record.port])
                #expect(await set.state.isSettled)
                #expect(await world.registry.records.keys.sorted() == ["first"])
                kill(record.pid, SIGKILL)
                try await eventually("exit noticed") {
                    await set.state.lastFailure?.hasPrefix("exited (status unknown") ?? false
                }
                try await eventually("replaced") { await set.state.isSettled }
                #expect(await world.registry.records["first"] == nil)
                await set.stopAll(within: .seconds(10))
            }
        }
    }

    @Test("of an older revision serve until their successors are ready, then end")
    func replacesOld() async throws {
        try await ReplicaWorld.with { world in
            let record = try await survivor(world, id: "old", revision: "r1")
            let set = world.replicaSet(survivors: [record])
            try await world.running(set) {
                try await set.apply(Server.template(), revision: "r2", replicas: 1)
                #expect(await world.table.endpoints.old.map(\.id) == ["old"])
                try await eventually("replaced") { await set.state.isSettled }
                #expect(await world.table.request() == "r2")
                #expect(await world.table.history.allSatisfy { !$0.all.isEmpty })
                #expect(!ReplicaProcess.isAlive(record))
                await set.stopAll(within: .seconds(10))
            }
        }
    }

    @Test("that no longer live are forgotten, a stranger with the same pid among them")
    func forgetsDead() async throws {
        try await ReplicaWorld.with { world in
            var dead = try await survivor(world, id: "dead", revision: "r1")
            var stranger = dead
            stranger.id = "stranger"
            var rebooted = dead
            rebooted.bootID = "another"
            #expect(ReplicaProcess.isAlive(dead))
            #expect(!ReplicaProcess.isAlive(stranger) && !ReplicaProcess.isAlive(rebooted))
            dead.startTime += 1
            let set = world.replicaSet(survivors: [dead, stranger])
            try await world.running(set) {
                try await set.apply(Server.template(), revision: "r1", replicas: 0)
                #expect(await set.state.isSettled)
                #expect(await world.registry.records.isEmpty)
                #expect(ProcessTable.entry(dead.pid)?.isZombie == false, "not ours to signal")
            }
        }
    }

    @Test("that outlived a cancelled set are taken over by the next one")
    func handsOver() async throws {
        try await ReplicaWorld.with { world in
            let first = world.replicaSet()
            try await world.running(first) {
                try await first.apply(Server.template(), revision: "r1", replicas: 2)
                try await eventually("ready") { await first.state.isSettled }
            }
            let records = await world.registry.all()
            #expect(records.count == 2 && records.allSatisfy(ReplicaProcess.isAlive))
            let survivors = try await OrphanSweep(owner: world.owner, registry: world.registry)
                .run(keeping: { $0.side == .primary })
            let second = world.replicaSet(survivors: survivors)
            try await world.running(second) {
                try await second.apply(Server.template(), revision: "r1", replicas: 2)
                #expect(await second.state.isSettled)
                #expect(await world.registry.all() == records)
                await second.stopAll(within: .seconds(10))
            }
            #expect(world.processes.isEmpty)
        }
    }
}
