import Delivery
import FlaggerAPI
import Foundation
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

    @Test("takes the folder of a file that moved, although its text is the same")
    func followsTheFolder() async throws {
        try await table.take(try await drafts(port: 1000), from: .files)
        var moved = try await drafts(port: 1000)
        for index in moved.indices { moved[index].folder = "/elsewhere" }
        try await table.take(moved, from: .files)
        #expect(try await table.all().values.map(\.folder) == ["/elsewhere"])
    }
}
