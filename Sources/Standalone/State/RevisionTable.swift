import Foundation
import GRDB
import Rollout

/// What each revision of a target runs, and which revision each side is meant to run.
///
/// A revision is stored when it is first seen, so that it can be run and promoted after the user has moved on.
struct RevisionTable: Sendable {
    let writer: any DatabaseWriter
    let canary: CanaryKey

    /// Revisions kept beyond those in use.
    static let kept = 20

    /// Keeps what a revision runs. Nothing is written for the newest one as it is, so that a start is possible on a
    /// full disk.
    func store(_ template: ProcessTemplate, as revision: Revision, now: Int64) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let json = String(decoding: try encoder.encode(template), as: UTF8.self)
        try await writer.change { [canary] database in
            guard try !Self.isNewest(revision, json, of: canary, database) else { return }
            try database.execute(
                sql: """
                    INSERT INTO revision (namespace, name, spec, configuration, json, seenAt)
                    VALUES (?, ?, ?, ?, ?, ?)
                    ON CONFLICT (namespace, name, spec, configuration) DO UPDATE
                    SET json = excluded.json, seenAt = excluded.seenAt
                    """,
                arguments: [
                    canary.namespace, canary.name, revision.spec, revision.configuration, json, now,
                ])
            try database.execute(
                sql: """
                    DELETE FROM revision WHERE namespace = ?1 AND name = ?2 AND seenAt < (
                        SELECT seenAt FROM revision WHERE namespace = ?1 AND name = ?2
                        ORDER BY seenAt DESC LIMIT 1 OFFSET ?3
                    ) AND NOT EXISTS (
                        SELECT 1 FROM side WHERE side.namespace = ?1 AND side.name = ?2
                        AND side.spec = revision.spec AND side.configuration = revision.configuration)
                    """,
                arguments: [canary.namespace, canary.name, Self.kept])
        }
    }

    private static func isNewest(
        _ revision: Revision, _ json: String, of canary: CanaryKey, _ database: Database
    ) throws -> Bool {
        let newest = try Row.fetchOne(
            database,
            sql: """
                SELECT spec, configuration, json FROM revision WHERE namespace = ? AND name = ?
                ORDER BY seenAt DESC LIMIT 1
                """,
            arguments: [canary.namespace, canary.name])
        return newest.map {
            $0["spec"] == revision.spec && $0["configuration"] == revision.configuration
                && $0["json"] == json
        } ?? false
    }

    /// What a revision runs; nil when it was never seen or is long gone.
    func template(of revision: Revision) async throws -> ProcessTemplate? {
        let json = try await writer.read { [canary] database in
            try String.fetchOne(
                database,
                sql: """
                    SELECT json FROM revision
                    WHERE namespace = ? AND name = ? AND spec = ? AND configuration = ?
                    """,
                arguments: [canary.namespace, canary.name, revision.spec, revision.configuration])
        }
        return try json.map { try JSONDecoder().decode(ProcessTemplate.self, from: Data($0.utf8)) }
    }

    /// The versions of tracked configuration that stored revisions of any canary run with.
    static func configurations(in writer: any DatabaseWriter) async throws -> Set<String> {
        try await writer.read { try String.fetchSet($0, sql: "SELECT DISTINCT configuration FROM revision") }
    }

    /// The revision a side is meant to run; nil when it is meant to be stopped.
    func revision(of side: ReplicaSide) async throws -> Revision? {
        try await writer.read { [canary] database in
            try Row.fetchOne(
                database,
                sql: "SELECT spec, configuration FROM side WHERE namespace = ? AND name = ? AND side = ?",
                arguments: [canary.namespace, canary.name, side.rawValue]
            ).map { Revision(spec: $0["spec"], configuration: $0["configuration"]) }
        }
    }

    func set(_ revision: Revision?, on side: ReplicaSide) async throws {
        try await writer.change { [canary] database in
            guard let revision else {
                return try database.execute(
                    sql: "DELETE FROM side WHERE namespace = ? AND name = ? AND side = ?",
                    arguments: [canary.namespace, canary.name, side.rawValue])
            }
            try database.execute(
                sql: """
                    INSERT INTO side (namespace, name, side, spec, configuration) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (namespace, name, side) DO UPDATE
                    SET spec = excluded.spec, configuration = excluded.configuration
                    WHERE spec <> excluded.spec OR configuration <> excluded.configuration
                    """,
                arguments: [
                    canary.namespace, canary.name, side.rawValue, revision.spec, revision.configuration,
                ])
        }
    }
}
