import FlaggerAPI
import GRDB

extension ResourceTable {
    /// The canaries among resources of files that stay away, since they were deleted.
    func deleted(among drafts: [Draft]) async throws -> [CanaryKey] {
        let deleted = try await writer.read { database in
            try Row.fetchAll(
                database, sql: "SELECT namespace, name FROM resource WHERE kind = ? AND source = 'deleted'",
                arguments: [Canary.kind]
            ).map { CanaryKey(namespace: $0["namespace"], name: $0["name"]) }
        }
        let held = drafts.filter { $0.kind == Canary.kind }.map {
            CanaryKey(namespace: $0.namespace, name: $0.name)
        }
        return Set(deleted).intersection(held).sorted()
    }
}
