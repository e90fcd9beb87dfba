import Delivery
import Foundation
import GRDB
import Rollout

/// One canary's owed calls in the database; `StatusTable` adds to them.
struct OutboxTable: Outbox {
    let writer: any DatabaseWriter
    let history: History
    let canary: CanaryKey
    let now: @Sendable () -> Timestamp

    /// Calls of one canary that may wait; beyond it the oldest give way.
    static let capacity = 1000

    /// Keeps calls, in the transaction of what they tell of.
    ///
    /// - Returns: how many of the oldest had to give way.
    static func add(_ calls: [OwedCall], of canary: CanaryKey, _ database: Database) throws -> Int {
        guard !calls.isEmpty else { return 0 }
        for call in calls {
            try database.execute(
                sql: "INSERT INTO outbox (namespace, name, receiver, json) VALUES (?, ?, ?, ?)",
                arguments: [
                    canary.namespace, canary.name, call.receiver,
                    String(decoding: try JSONEncoder().encode(call), as: UTF8.self),
                ])
        }
        try database.execute(
            sql: """
                DELETE FROM outbox WHERE namespace = ?1 AND name = ?2 AND id <= (
                    SELECT id FROM outbox WHERE namespace = ?1 AND name = ?2 ORDER BY id DESC LIMIT 1 OFFSET ?3)
                """,
            arguments: [canary.namespace, canary.name, capacity])
        return database.changesCount
    }

    /// What the history says when calls had to give way.
    static func overflow(_ count: Int, in commit: Commit, at time: Timestamp) -> HistoryEntry {
        let last = commit.history.last
        let text = "\(count) events were not told: receivers are too slow, and \(capacity) calls wait already"
        return HistoryEntry(
            time: time, phase: last?.phase, checksum: last?.checksum ?? "",
            kind: .announced(.warning(.eventsDropped, text)))
    }

    func next(excluding receivers: Set<String>) async throws -> OutboxEntry? {
        while true {
            let row = try await oldest(excluding: receivers)
            guard let row else { return nil }
            do {
                let call = try JSONDecoder().decode(OwedCall.self, from: Data(row.json.utf8))
                return OutboxEntry(id: row.id, call: call)
            } catch {
                // Another version's: it must not hold up those behind it.
                try await drop(row.id, because: "\(error)")
            }
        }
    }

    private func oldest(excluding receivers: Set<String>) async throws -> (id: Int64, json: String)? {
        let excluded = String(decoding: try JSONEncoder().encode(receivers), as: UTF8.self)
        return try await writer.read { [canary] database in
            try Row.fetchOne(
                database,
                sql: """
                    SELECT id, json FROM outbox WHERE namespace = ? AND name = ?
                    AND receiver NOT IN (SELECT value FROM json_each(?)) ORDER BY id LIMIT 1
                    """,
                arguments: [canary.namespace, canary.name, excluded]
            ).map { ($0["id"], $0["json"]) }
        }
    }

    func settle(_ entry: OutboxEntry, _ outcome: HistoryEntry) async throws {
        try await remove(entry.id, outcome)
    }

    private func drop(_ id: Int64, because cause: String) async throws {
        let text = "An event was not told: what was kept of it can't be read: \(cause)"
        try await remove(
            id,
            HistoryEntry(
                time: now(), phase: nil, checksum: "", kind: .announced(.warning(.eventsDropped, text))))
    }

    private func remove(_ id: Int64, _ outcome: HistoryEntry) async throws {
        let lines = try await writer.change { [canary] database -> [HistoryLine] in
            try database.execute(sql: "DELETE FROM outbox WHERE id = ?", arguments: [id])
            guard database.changesCount > 0 else { return [] }
            return try History.add([outcome], of: canary, database)
        }
        history.show(lines)
    }
}
