import Foundation
import GRDB

/// The SQL of the gates, each statement inside the transaction of its caller.
enum GateRecords {
    private static let ofKey = "kind = ? AND namespace = ? AND name = ? AND gate = ?"

    private static func arguments(_ key: GateKey) -> StatementArguments {
        [key.kind.rawValue, key.namespace, key.name, key.gate]
    }

    static func approvals(of key: GateKey, in db: Database) throws -> [GateApproval] {
        let statement = try db.cachedStatement(
            sql: "SELECT * FROM gate_approval WHERE \(ofKey) ORDER BY approved_at")
        return try Row.fetchAll(statement, arguments: arguments(key)).map(approval)
    }

    static func allApprovals(in db: Database) throws -> [GateKey: [GateApproval]] {
        let rows = try Row.fetchAll(db, sql: "SELECT * FROM gate_approval ORDER BY approved_at")
        return Dictionary(grouping: rows.compactMap { row in key(row).map { ($0, approval(row)) } }, by: \.0)
            .mapValues { $0.map(\.1) }
    }

    static func approve(_ key: GateKey, _ move: GateMove, at date: Date, in db: Database) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO gate_approval VALUES (?,?,?,?,?,?,?,?,?,?)",
            arguments: arguments(key) + [
                move.actor, move.checksum, date.timeIntervalSince1970, move.reason,
                move.after?.timeIntervalSince1970, move.until?.timeIntervalSince1970,
            ])
    }

    static func deleteApprovals(of key: GateKey, in db: Database) throws {
        try db.execute(sql: "DELETE FROM gate_approval WHERE \(ofKey)", arguments: arguments(key))
    }

    static func bindApprovals(of key: GateKey, to checksum: String, in db: Database) throws {
        try db.execute(
            sql: "UPDATE OR REPLACE gate_approval SET checksum = ? WHERE \(ofKey) AND checksum = ''",
            arguments: [checksum] + arguments(key))
    }

    /// The revision that was refused last, while it waits.
    static func waiting(at key: GateKey, in db: Database) throws -> String? {
        let statement = try db.cachedStatement(sql: "SELECT checksum FROM gate_waiting WHERE \(ofKey)")
        return try String.fetchOne(statement, arguments: arguments(key))
    }

    /// Notes which revision waits; nil for none. Of more than `kept` gates the oldest notes give way.
    static func setWaiting(
        _ checksum: String?, at key: GateKey, keeping kept: Int64, in db: Database
    ) throws {
        if let checksum {
            try db.execute(
                sql: """
                    INSERT OR REPLACE INTO gate_waiting (kind, namespace, name, gate, checksum)
                    VALUES (?,?,?,?,?)
                    """,
                arguments: arguments(key) + [checksum])
            try db.execute(
                sql: "DELETE FROM gate_waiting WHERE id <= ?", arguments: [db.lastInsertedRowID - kept])
        } else {
            try db.execute(sql: "DELETE FROM gate_waiting WHERE \(ofKey)", arguments: arguments(key))
        }
    }

    /// Nothing of a canary waits any more.
    static func forgetWaiting(namespace: String, name: String, in db: Database) throws {
        try db.execute(
            sql: "DELETE FROM gate_waiting WHERE namespace = ? AND name = ?", arguments: [namespace, name])
    }

    static func record(
        _ key: GateKey, _ action: GateAction, _ move: GateMove, at date: Date, keeping kept: Int64,
        in db: Database
    ) throws {
        try db.execute(
            sql: """
                INSERT INTO gate_change
                    (kind, namespace, name, gate, changed_at, action, actor, reason, checksum)
                VALUES (?,?,?,?,?,?,?,?,?)
                """,
            arguments: arguments(key) + [
                date.timeIntervalSince1970, action.rawValue, move.actor, move.reason, move.checksum,
            ])
        try db.execute(
            sql: "DELETE FROM gate_change WHERE id <= ?", arguments: [db.lastInsertedRowID - kept])
    }

    static func lastChanges(in db: Database) throws -> [GateKey: GateChange] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT * FROM gate_change WHERE id IN
                    (SELECT max(id) FROM gate_change GROUP BY namespace, name, kind, gate)
                """)
        return Dictionary(uniqueKeysWithValues: rows.compactMap(change).map { ($0.key, $0) })
    }

    static func changes(
        namespace: String?, name: String?, limit: Int, where isWanted: (_ namespace: String) -> Bool,
        in db: Database
    ) throws -> [GateChange] {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT * FROM gate_change
                WHERE (?1 IS NULL OR namespace = ?1) AND (?2 IS NULL OR name = ?2)
                ORDER BY id DESC
                """,
            arguments: [namespace, name])
        var changes: [GateChange] = []
        while changes.count < limit, let row = try rows.next() {
            if let change = change(row), isWanted(change.key.namespace) { changes.append(change) }
        }
        return changes
    }

    private static func key(_ row: Row) -> GateKey? {
        GateKind(rawValue: row["kind"]).map {
            GateKey($0, namespace: row["namespace"], name: row["name"], gate: row["gate"])
        }
    }

    private static func approval(_ row: Row) -> GateApproval {
        GateApproval(
            actor: row["actor"], checksum: row["checksum"], at: date(row["approved_at"]),
            reason: row["reason"], after: (row["opens_at"] as Double?).map(date),
            until: (row["closes_at"] as Double?).map(date))
    }

    private static func change(_ row: Row) -> GateChange? {
        guard let key = key(row), let action = GateAction(rawValue: row["action"]) else { return nil }
        return GateChange(
            id: row["id"], at: date(row["changed_at"]), key: key, action: action, actor: row["actor"],
            reason: row["reason"], checksum: row["checksum"])
    }

    private static func date(_ seconds: Double) -> Date { Date(timeIntervalSince1970: seconds) }
}
