import Delivery
import FlaggerAPI
import Foundation
import GRDB
import Testing

@testable import Standalone

@Suite("Resources as the user wants them")
struct ResourceTableTests {
    private let folder: URL
    private let table: ResourceTable

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "resources-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        table = ResourceTable(writer: try StateDatabase.open(at: folder.path).writer)
    }

    private func drafts(port: Int, name: String = "shop") async throws -> [ResourceTable.Draft] {
        try await ManifestLoader.drafts(
            of: """
                apiVersion: aviary/v1alpha1
                kind: Process
                metadata: {name: \(name), namespace: test}
                spec: {command: ["sleep", "1"]}
                ---
                apiVersion: flagger.app/v1beta1
                kind: Canary
                metadata: {name: \(name), namespace: test}
                spec:
                  targetRef: {apiVersion: aviary/v1alpha1, kind: Process, name: \(name)}
                  service: {port: \(port)}
                  analysis: {interval: 1s, threshold: 1, maxWeight: 50, stepWeight: 10}
                """,
            folder: folder.path, options: ValidationOptions(requiresProcess: true),
            resources: NoReferencedResources())
    }

    private func ports() async throws -> [String: Int] {
        Dictionary(
            uniqueKeysWithValues: try await table.all().map {
                ($0.key.name, $0.value.canary.spec.service.port)
            }
        )
    }

    @Test("puts back what was there, and removes what was not, when an apply is undone")
    func putsBack() async throws {
        try await table.take(try await drafts(port: 1000), from: .files)
        let wanted = try await drafts(port: 2000) + drafts(port: 3000, name: "new")
        let held = try await table.held(wanted)
        try await table.take(wanted, from: .applied)
        #expect(try await ports() == ["shop": 2000, "new": 3000])
        try await table.putBack(held, insteadOf: wanted)
        #expect(try await ports() == ["shop": 1000])
    }

    @Test("removes with the file a resource that was applied before a file held it")
    func followsTheFile() async throws {
        try await table.take(try await drafts(port: 1000), from: .applied)
        try await table.take(try await drafts(port: 2000), from: .files)
        #expect(try await ports() == ["shop": 2000])
        try await table.take([], from: .files)
        #expect(try await ports().isEmpty)
    }

    @Test("a file that a version before kept another hash of is not taken for changed")
    func knowsFirstHashes() async throws {
        let drafts = try await drafts(port: 1000)
        try await table.take(drafts, from: .files)
        try await table.take(try await self.drafts(port: 2000), from: .applied)
        for draft in drafts {
            let hash = StableHash.of(bytes: Array("\(draft.folder)\n\(draft.json)".utf8))
            try await table.writer.write { database in
                try database.execute(
                    sql: "UPDATE resource SET sourceHash = ? WHERE kind = ?", arguments: [hash, draft.kind])
            }
        }
        try await table.take(drafts, from: .files)
        #expect(try await ports() == ["shop": 2000])
        let kept = try await table.writer.read {
            try String.fetchAll($0, sql: "SELECT sourceHash FROM resource")
        }
        #expect(kept.count == 2 && kept.allSatisfy { $0.hasPrefix("2:") }, "\(kept)")
        try await table.take(drafts, from: .files)
        #expect(try await ports() == ["shop": 2000])
    }

    @Test("a deleted canary stays away until its file, or its target's, changes, or it is applied")
    func deletes() async throws {
        let key = CanaryKey(namespace: "test", name: "shop")
        try await table.take(try await drafts(port: 1000) + drafts(port: 1, name: "other"), from: .files)
        #expect(try await table.delete(key))
        #expect(try await !table.delete(key))
        try await table.take(try await drafts(port: 1000) + drafts(port: 2, name: "other"), from: .files)
        #expect(try await ports() == ["other": 2])
        var changed = try await drafts(port: 1000)
        changed[0].documentHash = "the target says something else"
        try await table.take(changed, from: .files)
        #expect(try await ports() == ["shop": 1000])

        #expect(try await table.delete(key))
        let wanted = try await drafts(port: 3000)
        let held = try await table.held(wanted)
        try await table.take(wanted, from: .applied)
        #expect(try await ports() == ["shop": 3000])
        try await table.putBack(held, insteadOf: wanted)
        try await table.take(changed, from: .files)
        #expect(try await ports().isEmpty)
    }

    @Test("takes the folder of a file that moved, although its text is the same")
    func followsTheFolder() async throws {
        try await table.take(try await drafts(port: 1000), from: .files)
        var moved = try await drafts(port: 1000)
        for index in moved.indices { moved[index].folder = "/elsewhere" }
        try await table.take(moved, from: .files)
        #expect(try await table.all().values.map(\.folder) == ["/elsewhere"])
    }
}
