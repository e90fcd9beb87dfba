import GRDB

/// The tables of the gates and the steps that lead to them.
///
/// The version is kept beside the tables, not in `user_version`, since the file may hold the tables of
/// other parts as well.
enum GateSchema {
    static let version = steps.count

    private static let steps: [String] = [
        """
        CREATE TABLE gate_approval (
            kind TEXT NOT NULL,
            namespace TEXT NOT NULL,
            name TEXT NOT NULL,
            gate TEXT NOT NULL,
            actor TEXT NOT NULL,
            checksum TEXT NOT NULL,
            approved_at REAL NOT NULL,
            reason TEXT NOT NULL,
            opens_at REAL,
            closes_at REAL,
            PRIMARY KEY (kind, namespace, name, gate, actor, checksum)
        ) WITHOUT ROWID;
        CREATE TABLE gate_change (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            changed_at REAL NOT NULL,
            kind TEXT NOT NULL,
            namespace TEXT NOT NULL,
            name TEXT NOT NULL,
            gate TEXT NOT NULL,
            action TEXT NOT NULL,
            actor TEXT NOT NULL,
            reason TEXT NOT NULL,
            checksum TEXT NOT NULL
        );
        CREATE INDEX gate_change_by_gate ON gate_change (namespace, name, kind, gate, id);
        """,
        // The revision that waits at a gate whose approvals are bound to revisions.
        """
        CREATE TABLE gate_waiting (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL,
            namespace TEXT NOT NULL,
            name TEXT NOT NULL,
            gate TEXT NOT NULL,
            checksum TEXT NOT NULL,
            UNIQUE (kind, namespace, name, gate)
        );
        """,
    ]

    static func migrate(_ writer: any DatabaseWriter) throws {
        try writer.write { db in
            try db.execute(
                sql: "CREATE TABLE IF NOT EXISTS gate_schema (version INTEGER NOT NULL)")
            let found = try Int.fetchOne(db, sql: "SELECT max(version) FROM gate_schema") ?? 0
            guard found <= version else {
                throw LoadTesterError.gateDatabaseTooNew(found: found, supported: version)
            }
            // Nothing is written without need: a start must be possible on a full disk.
            guard found < version else { return }
            for step in steps[found...] { try db.execute(sql: step) }
            try db.execute(sql: "DELETE FROM gate_schema")
            try db.execute(sql: "INSERT INTO gate_schema VALUES (?)", arguments: [version])
        }
    }
}
