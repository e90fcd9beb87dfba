import Foundation
import Testing

@testable import Standalone

@Suite("The orphan sweep", .timeLimit(.minutes(5)))
struct OrphanSweepTests {
    @Test("ends what was never recorded and what is not wanted, and keeps the rest")
    func endsOrphans() async throws {
        try await ReplicaWorld.with { world in
            let primary = world.replicaSet()
            let canary = world.replicaSet(side: .canary)
            try await world.running(primary) {
                try await world.running(canary) {
                    try await primary.apply(Server.shell("exec sleep 600"), revision: "r1", replicas: 2)
                    try await canary.apply(
                        Server.shell("trap '' TERM; sleep 600 & sleep 600"), revision: "r2", replicas: 1)
                    try await eventually("started") {
                        await world.registry.records.count == 3 && world.processes.count == 5
                    }
                }
            }
            let records = await world.registry.all()
            let unrecorded = try #require(records.first { $0.side == .primary })
            await world.registry.remove(id: unrecorded.id)
            let survivors = try await OrphanSweep(
                owner: world.owner, registry: world.registry, gracePeriod: .milliseconds(200)
            ).run(keeping: { $0.side == .primary })
            let kept = try #require(records.first { $0.side == .primary && $0.id != unrecorded.id })
            #expect(survivors == [kept])
            #expect(await world.registry.all() == [kept])
            try await eventually("only the kept one is left") { world.processes == [kept.pid] }
        }
    }
}
