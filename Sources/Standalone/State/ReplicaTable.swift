import Foundation
import GRDB

/// The live replicas in the database, so that a daemon that was killed finds them again.
struct ReplicaTable: ProcessRegistry {
    let writer: any DatabaseWriter

    func record(_ replica: ReplicaRecord) async throws {
        let json = String(decoding: try JSONEncoder().encode(replica), as: UTF8.self)
        try await writer.change { database in
            try database.execute(
                sql: """
                    INSERT INTO replica (id, json) VALUES (?, ?)
                    ON CONFLICT (id) DO UPDATE SET json = excluded.json
                    """,
                arguments: [replica.id, json])
        }
    }

    func remove(id: String) async throws {
        try await writer.change { database in
            try database.execute(sql: "DELETE FROM replica WHERE id = ?", arguments: [id])
        }
    }

    func all() async throws -> [ReplicaRecord] {
        try await writer.read { database in
            try String.fetchAll(database, sql: "SELECT json FROM replica ORDER BY rowid")
                .map { try JSONDecoder().decode(ReplicaRecord.self, from: Data($0.utf8)) }
        }
    }
}
