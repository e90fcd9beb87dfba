import Foundation
import Glibc
import Testing

@testable import Standalone

@Suite("A new revision", .timeLimit(.minutes(5)))
struct ReplicaReplacementTests {
    /// Sends requests from several clients while `body` runs; the answers by body, failures as "failed".
    private func underLoad(
        _ world: ReplicaWorld, _ body: () async throws -> Void
    ) async throws -> [String: Int] {
        try await withThrowingTaskGroup(of: [String: Int].self) { group in
            for _ in 0..<3 {
                group.addTask {
                    var answers: [String: Int] = [:]
                    while !Task.isCancelled {
                        answers[await world.table.request() ?? "failed", default: 0] += 1
                    }
                    return answers
                }
            }
            try await body()
            group.cancelAll()
            return try await group.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
        }
    }

    @Test("replaces the old one without a failed request or a ready endpoint less")
    func replacesWithoutLoss() async throws {
        try await ReplicaWorld.with { world in
            let set = world.replicaSet()
            try await world.running(set) {
                try await set.apply(Server.template(), revision: "r1", replicas: 2)
                try await eventually("first revision ready") { await set.state.isSettled }
                let published = await world.table.history.count
                let answers = try await underLoad(world) {
                    try await set.apply(Server.template(), revision: "r2", replicas: 2)
                    try await eventually("second revision settled") { await set.state.isSettled }
                }
                #expect(answers["failed"] == nil, "\(answers)")
                #expect(answers["r1", default: 0] > 0 && answers["r2", default: 0] > 0, "\(answers)")
                let since = await world.table.history.dropFirst(published)
                #expect(since.allSatisfy { $0.all.count >= 2 })
                #expect(since.last?.old.isEmpty == true && since.last?.current.count == 2)
                #expect(await world.table.drained.count == 2)
                #expect(await world.registry.records.values.allSatisfy { $0.revision == "r2" })
                await set.stopAll(within: .seconds(10))
            }
        }
    }

    @Test("that never becomes ready leaves the old one serving, and the next replaces both")
    func keepsOldWhileNewFails() async throws {
        try await ReplicaWorld.with { world in
            let set = world.replicaSet()
            try await world.running(set) {
                try await set.apply(Server.template(), revision: "r1", replicas: 1)
                try await eventually("ready") { await set.state.isSettled }
                try await set.apply(Server.shell("exit 1"), revision: "r2", replicas: 1)
                try await eventually("crashed") { await set.state.lastFailure == "exited with code 1" }
                let state = await set.state
                #expect(state.endpoints.old.count == 1 && state.endpoints.current.isEmpty)
                #expect(state.available == 0 && state.pendingTermination == 1 && !state.isReady)
                #expect(await world.table.request() == "r1")
                let old = try #require(await world.registry.records.values.first { $0.revision == "r1" })
                kill(old.pid, SIGKILL)
                try await eventually("old one back") {
                    await world.table.endpoints.old.contains { $0.id != old.id }
                }
                try await set.apply(Server.template(), revision: "r3", replicas: 1)
                try await eventually("third settled") { await set.state.isSettled }
                #expect(await world.table.request() == "r3")
                #expect(await set.state.restarts == 0)
                await set.stopAll(within: .seconds(10))
            }
        }
    }

    @Test("taken back before it is ready leaves the old processes as they were")
    func takesBack() async throws {
        try await ReplicaWorld.with { world in
            let set = world.replicaSet()
            try await world.running(set) {
                try await set.apply(Server.template(), revision: "r1", replicas: 2)
                try await eventually("ready") { await set.state.isSettled }
                let before = await world.table.endpoints
                try await set.apply(Server.shell("sleep 60"), revision: "r2", replicas: 2)
                try await eventually("starting") { await set.state.updated == 2 }
                try await set.apply(Server.template(), revision: "r1", replicas: 2)
                try await eventually("settled") { await set.state.isSettled }
                #expect(await world.table.endpoints == before)
                await set.stopAll(within: .seconds(10))
            }
        }
    }
}
