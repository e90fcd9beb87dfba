import Delivery
import Foundation
import GRDB
import Rollout

/// One canary's status in the database; history and outbox are written in the same transaction.
struct StatusTable: StatusStore {
    let writer: any DatabaseWriter
    let history: History
    let canary: CanaryKey
    let now: @Sendable () -> Timestamp

    func load() async throws -> RolloutStatus {
        let json = try await writer.read { [canary] database in
            try String.fetchOne(
                database, sql: "SELECT json FROM status WHERE namespace = ? AND name = ?",
                arguments: [canary.namespace, canary.name])
        }
        guard let json else { return RolloutStatus() }
        return try JSONDecoder().decode(StoredStatus.self, from: Data(json.utf8)).status
    }

    func commit(_ commit: Commit) async throws {
        let lines = try await writer.change { [canary, now] database in
            if let status = commit.status { try Self.write(status, of: canary, database) }
            var entries = commit.history
            let dropped = try OutboxTable.add(commit.owed, of: canary, database)
            if dropped > 0 { entries.append(OutboxTable.overflow(dropped, in: commit, at: now())) }
            return try History.add(entries, of: canary, database)
        }
        history.show(lines)
    }

    private static func write(_ status: RolloutStatus, of canary: CanaryKey, _ database: Database) throws {
        let json = String(decoding: try JSONEncoder().encode(StoredStatus(status)), as: UTF8.self)
        try database.execute(
            sql: """
                INSERT INTO status (namespace, name, json) VALUES (?, ?, ?)
                ON CONFLICT (namespace, name) DO UPDATE SET json = excluded.json
                """,
            arguments: [canary.namespace, canary.name, json])
    }
}
