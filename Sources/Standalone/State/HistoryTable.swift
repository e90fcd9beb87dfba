import Delivery
import FlaggerAPI
import Foundation
import GRDB
import Rollout

/// One thing that happened, as the API and the feeds show it.
public struct HistoryLine: Codable, Equatable, Sendable {
    /// Its place in the history; rises.
    public var id: Int64
    /// Milliseconds since the Unix epoch.
    public var time: Int64
    /// The canary's namespace.
    public var namespace: String
    /// The canary's name.
    public var canary: String
    /// The phase the status held.
    public var phase: String
    /// The checksum of the revision in hand.
    public var checksum: String
    /// `event`, `alert`, `hook`, `metric` or `status`.
    public var kind: String
    /// `Normal` or `Warning` of an event, `info`, `warn` or `error` of an alert.
    public var severity: String?
    /// The reason of an event.
    public var reason: String?
    /// The message of an event or alert, the failure of a metric.
    public var message: String?
    /// The type of a hook.
    public var hookType: String?
    /// The name of a hook or metric.
    public var name: String?
    /// Where a hook was called.
    public var url: String?
    /// The phase in a hook's payload.
    public var payloadPhase: String?
    /// The status a hook answered; absent without an answer.
    public var status: Int?
    /// The body a hook answered, or why there was none.
    public var body: String?
    /// How many tries a hook took.
    public var attempts: Int?
    /// How long a hook took.
    public var latencyMilliseconds: Double?
    /// Whether a hook or metric passed.
    public var passed: Bool?
    /// What a metric measured.
    public var value: Double?
    /// The canary's weight in a status.
    public var weight: Int?
    /// The iterations in a status.
    public var iterations: Int?
    /// The failed checks in a status.
    public var failedChecks: Int?

    init(_ entry: HistoryEntry, canary: CanaryKey) {
        id = 0
        time = entry.time.milliseconds
        namespace = canary.namespace
        self.canary = canary.name
        phase = entry.phase?.rawValue ?? ""
        checksum = entry.checksum
        switch entry.kind {
        case .announced(let announcement):
            kind = "event"
            severity = announcement.severity.rawValue
            reason = announcement.reason.rawValue
            message = announcement.text
        case .alerted(let alert):
            kind = "alert"
            severity = alert.severity.rawValue
            message = alert.text
        case .called(let record):
            kind = "hook"
            hookType = record.type
            name = record.name
            url = record.url
            payloadPhase = record.phase
            status = record.outcome.status
            body = record.outcome.error ?? record.outcome.body
            attempts = record.outcome.attempts
            latencyMilliseconds = record.outcome.latency / .milliseconds(1)
            passed = record.outcome.isPass
        case .measured(let record):
            kind = "metric"
            name = record.name
            value = record.value
            passed = record.isWithinRange
            message = record.failure
        case .moved(let status):
            kind = "status"
            weight = status.routes.canaryWeight
            iterations = status.iterations
            failedChecks = status.failedChecks
        }
    }
}

/// The history of all canaries: kept in the database, the newest of each, and shown live to followers.
public final class History: Sendable {
    /// Entries kept of each canary.
    static let kept = 10_000

    private let writer: any DatabaseWriter
    private let followers = Followers()

    init(writer: any DatabaseWriter) {
        self.writer = writer
    }

    /// Keeps an entry; a failure to do so is the database's to report with the next status.
    func append(_ entry: HistoryEntry, canary: CanaryKey) async {
        var line = HistoryLine(entry, canary: canary)
        let stored = line
        line.id =
            (try? await writer.write { database in
                let json = String(decoding: try JSONEncoder().encode(stored), as: UTF8.self)
                try database.execute(
                    sql: "INSERT INTO history (namespace, name, time, json) VALUES (?, ?, ?, ?)",
                    arguments: [canary.namespace, canary.name, stored.time, json])
                let id = database.lastInsertedRowID
                if id.isMultiple(of: 500) { try Self.prune(database, canary: canary) }
                return id
            }) ?? 0
        followers.send(line)
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
