import Foundation
import Logging
import Processes
import Testing

@testable import Standalone

/// A data directory, a registry and an endpoint table for one test's replica sets.
struct ReplicaWorld: Sendable {
    let directory: URL
    let owner = "test-\(UUID().uuidString)"
    let registry = MemoryRegistry()
    let table = EndpointTable()

    /// Runs `body` with a fresh world, then ends every process that carries its owner.
    static func with(_ body: (ReplicaWorld) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let world = ReplicaWorld(directory: directory)
        let result = await Result { try await body(world) }
        _ = try await OrphanSweep(owner: world.owner, registry: world.registry, gracePeriod: .zero)
            .run(keeping: { _ in false })
        try FileManager.default.removeItem(at: directory)
        try result.get()
    }

    func replicaSet(
        side: ReplicaSide = .primary, survivors: [ReplicaRecord] = [],
        clock: any Clock<Duration> = ContinuousClock(),
        configure: (inout ReplicaSetConfiguration) -> Void = { _ in }
    ) -> ReplicaSet {
        var configuration = ReplicaSetConfiguration(
            name: "podinfo", namespace: "test", side: side, owner: owner,
            logDirectory: directory.appendingPathComponent("logs"))
        configure(&configuration)
        return ReplicaSet(
            configuration, registry: registry, publisher: table, survivors: survivors, clock: clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Lets a set work while `body` runs, and leaves its processes running.
    func running(_ set: ReplicaSet, _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await set.run() }
            defer { group.cancelAll() }
            try await body()
        }
    }

    /// Live processes, replicas and what they started, that carry this world's owner.
    var processes: [pid_t] {
        ProcessTable.living().map(\.pid).filter {
            ProcessTable.environmentValue(ReplicaProcess.ownerVariable, of: $0) == owner
        }
    }
}

extension Result where Failure == any Error {
    init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}

/// Waits until a condition holds; records an issue when it does not within 60 s.
func eventually(
    _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try await !condition() {
        try #require(ContinuousClock.now < deadline, what, sourceLocation: sourceLocation)
        try await Task.sleep(for: .milliseconds(10))
    }
}
