import Delivery
import Foundation
import GRDB
import Logging

/// The history of all canaries: kept in the database, the newest of each, and shown live to followers.
public final class History: Sendable {
    /// Entries kept of each canary.
    static let kept = 10_000

    private let writer: any DatabaseWriter
    private let logger: Logger
    private let followers = Followers()

    init(writer: any DatabaseWriter, logger: Logger) {
        self.writer = writer
        self.logger = logger
    }

    /// Keeps an entry that belongs to no commit, and shows it. One that can't be kept is logged and shown all the same.
    func append(_ entry: HistoryEntry, canary: CanaryKey) async {
        do {
            show(try await writer.change { try Self.add([entry], of: canary, $0) })
        } catch {
            let line = HistoryLine(entry, canary: canary)
            logger.error(
                "the history can't be kept",
                metadata: [
                    "canary": "\(canary)", "entry": "\(line.message ?? line.kind)", "error": "\(error)",
                ])
            show([line])
        }
    }

    /// Keeps entries, in the transaction of what they tell of.
    ///
    /// - Returns: the lines to be shown once the transaction is committed.
    static func add(_ entries: [HistoryEntry], of canary: CanaryKey, _ database: Database) throws
        -> [HistoryLine]
    {
        try entries.map { entry in
            var line = HistoryLine(entry, canary: canary)
            let json = String(decoding: try JSONEncoder().encode(line), as: UTF8.self)
            try database.execute(
                sql: "INSERT INTO history (namespace, name, time, json) VALUES (?, ?, ?, ?)",
                arguments: [canary.namespace, canary.name, line.time, json])
            line.id = database.lastInsertedRowID
            if line.id.isMultiple(of: 500) { try prune(database, canary: canary) }
            return line
        }
    }

    /// Shows lines to those who follow.
    func show(_ lines: [HistoryLine]) {
        for line in lines { followers.send(line) }
    }

    private static func prune(_ database: Database, canary: CanaryKey) throws {
        try database.execute(
            sql: """
                DELETE FROM history WHERE namespace = ? AND name = ? AND id <= (
                    SELECT id FROM history WHERE namespace = ? AND name = ? ORDER BY id DESC LIMIT 1 OFFSET ?)
                """,
            arguments: [canary.namespace, canary.name, canary.namespace, canary.name, kept])
    }

    /// The entries after one, oldest first.
    ///
    /// - Parameters:
    ///   - canary: of one canary, or of all.
    ///   - id: only entries after this one.
    ///   - limit: at most so many, the newest of them.
    func lines(of canary: CanaryKey?, after id: Int64, limit: Int) async throws -> [HistoryLine] {
        let rows = try await writer.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT id, json FROM history
                    WHERE id > ? AND (? IS NULL OR namespace = ?) AND (? IS NULL OR name = ?)
                    ORDER BY id DESC LIMIT ?
                    """,
                arguments: [
                    id, canary?.namespace, canary?.namespace, canary?.name, canary?.name,
                    min(max(limit, 1), 1000),
                ]
            ).map { (id: $0["id"] as Int64, json: $0["json"] as String) }
        }
        return try rows.reversed().map { row in
            var line = try JSONDecoder().decode(HistoryLine.self, from: Data(row.json.utf8))
            line.id = row.id
            return line
        }
    }

    /// Everything from now on; a follower that is too slow misses the oldest.
    public func follow() -> AsyncStream<HistoryLine> { followers.add() }
}
