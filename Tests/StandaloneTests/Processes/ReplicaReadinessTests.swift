import Foundation
import Processes
import Testing

@testable import Standalone

@Suite("A replica's readiness")
struct ReplicaReadinessTests {
    @Test("follows its HTTP probe, and so do the published endpoints", .timeLimit(.minutes(5)))
    func followsTheProbe() async throws {
        try await ReplicaWorld.with { world in
            let ready = world.directory.appendingPathComponent("ready").path
            let set = world.replicaSet()
            try await world.running(set) {
                let template = Server.template(environment: ["READY_FILE": ready])
                try await set.apply(template, revision: "r1", replicas: 1)
                try await eventually("unready with a reason") {
                    await set.state.lastFailure?.hasSuffix("/readyz answered 503") ?? false
                }
                #expect(await set.state.updated == 1)
                #expect(await set.state.notReadySince != nil)
                #expect(await world.table.endpoints.all.isEmpty)
                try Data().write(to: URL(fileURLWithPath: ready))
                try await eventually("published") { await world.table.endpoints.current.count == 1 }
                #expect(await set.state.isSettled)
                #expect(await set.state.notReadySince == nil)
                #expect(await set.state.lastFailure == nil)
                #expect(await world.table.request() == "r1")
                try FileManager.default.removeItem(atPath: ready)
                try await eventually("withdrawn") { await world.table.endpoints.all.isEmpty }
                #expect(await set.state.restarts == 0)
                await set.stopAll(within: .seconds(10))
            }
        }
    }

    @Test("is a connection to PORT when there is no probe", .timeLimit(.minutes(5)))
    func connectsWithoutProbe() async throws {
        try await ReplicaWorld.with { world in
            let set = world.replicaSet()
            try await world.running(set) {
                try await set.apply(ProcessTemplate(command: Server.command), revision: "r1", replicas: 2)
                try await eventually("both ready") { await set.state.isSettled }
                #expect(Set(await world.table.endpoints.all.map(\.port)).count == 2)
                #expect(await world.registry.records.count == 2)
                try await set.apply(ProcessTemplate(command: Server.command), revision: "r1", replicas: 0)
                try await eventually("all gone") { await set.state.isSettled && world.processes.isEmpty }
                #expect(await world.table.endpoints.all.isEmpty)
                #expect(await world.registry.records.isEmpty)
            }
        }
    }

    @Test("tells who it is to the process")
    func tellsIdentity() async throws {
        try await ReplicaWorld.with { world in
            let set = world.replicaSet(side: .canary)
            try await world.running(set) {
                let script =
                    "echo $PORT $AVIARY_SIDE $AVIARY_REVISION $AVIARY_PROCESS_ID $AVIARY_OWNER >> \"$OUT\"; sleep 60"
                let out = world.directory.appendingPathComponent("out").path
                var template = Server.shell(script)
                template.environment = [.init(name: "OUT", value: out)]
                try await set.apply(template, revision: "r7", replicas: 1)
                // It may write before it is recorded.
                try await eventually("written and recorded") {
                    await !world.registry.records.isEmpty && FileManager.default.fileExists(atPath: out)
                }
                let record = try #require(await world.registry.records.values.first)
                try await eventually("whole line") {
                    try String(contentsOfFile: out, encoding: .utf8)
                        == "\(record.port) canary r7 \(record.id) \(world.owner)\n"
                }
                let entry = try #require(ProcessTable.entry(record.pid))
                #expect(entry.session == record.pid && entry.group == record.pid)
                #expect(entry.startTime == record.startTime)
                await set.stopAll(within: .seconds(10))
            }
        }
    }
}
