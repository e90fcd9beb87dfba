import Delivery
import FlaggerAPI
import GRDB
import Rollout

/// What is still kept of canaries that no resource asks for any more.
///
/// Status, sides, revisions and owed calls go with the canary; its history stays for a week after its last line, since
/// "why did it fail" is asked later.
struct RemovedCanaries: Sendable {
    let writer: any DatabaseWriter
    /// Milliseconds for which the history stays.
    static let historyAge: Int64 = 7 * 24 * 3600 * 1000

    private static func isGone(_ table: String) -> String {
        """
        NOT EXISTS (SELECT 1 FROM resource WHERE resource.kind = '\(Canary.kind)' AND resource.source <> 'deleted'
            AND resource.namespace = \(table).namespace AND resource.name = \(table).name)
        """
    }

    /// The canaries that are gone and still have a status.
    func keys() async throws -> [CanaryKey] {
        try await writer.read { database in
            try Row.fetchAll(
                database, sql: "SELECT namespace, name FROM status WHERE \(Self.isGone("status"))"
            ).map { CanaryKey(namespace: $0["namespace"], name: $0["name"]) }
        }
    }

    /// Clears away what is left of canaries that are gone.
    ///
    /// - Returns: how many owed calls were given up.
    func clear(now: Timestamp) async throws -> Int {
        try await writer.change { database in
            try database.execute(sql: "DELETE FROM outbox WHERE \(Self.isGone("outbox"))")
            let givenUp = database.changesCount
            for table in ["status", "side", "revision"] {
                try database.execute(sql: "DELETE FROM \(table) WHERE \(Self.isGone(table))")
            }
            try database.execute(
                sql: """
                    DELETE FROM history WHERE \(Self.isGone("history")) AND (namespace, name) IN (
                        SELECT namespace, name FROM history GROUP BY namespace, name HAVING max(time) < ?)
                    """,
                arguments: [now.milliseconds - Self.historyAge])
            return givenUp
        }
    }
}
