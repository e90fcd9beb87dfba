import Foundation
import Testing

@testable import Standalone

@Suite("A replica's output", .timeLimit(.minutes(5)))
struct ReplicaOutputTests {
    @Test("stays within its limit while the replica writes on")
    func staysBounded() async throws {
        try await ReplicaWorld.with { world in
            let set = world.replicaSet(clock: ScaledClock(factor: 20)) { $0.logLimit = 100_000 }
            try await world.running(set) {
                let script =
                    "while :; do i=0; while [ $i -lt 100 ]; do echo $(printf '%0200d' $i); i=$((i+1)); done; sleep 0.01; done"
                try await set.apply(Server.shell(script), revision: "r1", replicas: 1)
                let logs = world.directory.appendingPathComponent("logs")
                try await eventually("cut twice") {
                    let names = (try? FileManager.default.contentsOfDirectory(atPath: logs.path)) ?? []
                    return names.contains { $0.hasSuffix(".log.1") }
                }
                let id = try #require(await world.registry.records.keys.first)
                let path = logs.appendingPathComponent("test.podinfo-primary-\(id).log").path
                let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? .max
                #expect(size < 4_000_000, "without a cut it only grows")
                // Now and then it is just being written.
                try await eventually("a quarter is kept") {
                    try FileManager.default.attributesOfItem(atPath: path + ".1")[.size] as? Int == 25_000
                }
                await set.stopAll(within: .seconds(100))
            }
        }
    }

    @Test("of replicas that ended is kept for the newest few alone")
    func keepsNewest() async throws {
        try await ReplicaWorld.with { world in
            let set = world.replicaSet(clock: ScaledClock(factor: 200)) { $0.keptLogs = 2 }
            try await world.running(set) {
                try await set.apply(Server.shell("echo hello; exit 1"), revision: "r1", replicas: 1)
                try await eventually("five restarts") { await set.state.restarts >= 5 }
                await set.stopAll(within: .seconds(100))
                let logs = world.directory.appendingPathComponent("logs").path
                #expect(try FileManager.default.contentsOfDirectory(atPath: logs).count == 2)
            }
        }
    }
}
