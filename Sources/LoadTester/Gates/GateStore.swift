public import Foundation
public import GRDB
import Synchronization

/// The gates of all canaries: closed until opened, durable before a move is acknowledged.
///
/// Several stores, also in several processes, may share one database file and behave as one: every check
/// reads the database. What waits at a gate is remembered by each store alone.
public final class GateStore: Sendable {
    private let writer: any DatabaseWriter
    private let now: @Sendable () -> Date
    private let refusedChecks = Mutex(RefusedChecks())
    private let stamp: GateStamp?
    private let board: GateBoard?
    private static let keptChanges: Int64 = 100_000
    private static let keptWaiting: Int64 = 4096

    /// Whether the gates survive a restart.
    public let isDurable: Bool

    /// Uses a database that the caller has opened, and creates the gates' tables in it.
    ///
    /// - Throws: ``LoadTesterError/gateDatabaseTooNew(found:supported:)`` for a database of a newer
    ///   version, or what the database says.
    public init(writer: any DatabaseWriter, now: @escaping @Sendable () -> Date = { Date() }) throws {
        self.writer = writer
        self.now = now
        self.isDurable = !writer.path.isEmpty && writer.path != ":memory:"
        try GateSchema.migrate(writer)
        // The WAL index is there as soon as something was read.
        stamp = isDurable ? GateStamp(databasePath: writer.path) : GateStamp()
        board = stamp.map(GateBoard.init)
    }

    /// Keeps the gates in memory: all are closed again after a restart.
    public static func inMemory(now: @escaping @Sendable () -> Date = { Date() }) throws -> GateStore {
        try GateStore(writer: DatabaseQueue(), now: now)
    }

    /// Keeps the gates in `gates.sqlite` in a directory, which is created when it does not exist.
    ///
    /// - Throws: ``LoadTesterError/gateDatabaseUnavailable(path:cause:)`` when it cannot be opened,
    ///   ``LoadTesterError/gateDatabaseTooNew(found:supported:)`` when a newer version wrote it.
    public static func open(
        directory: String, now: @escaping @Sendable () -> Date = { Date() }
    ) throws -> GateStore {
        let path = directory + "/gates.sqlite"
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            var configuration = Configuration()
            configuration.busyMode = .timeout(5)
            return try GateStore(writer: DatabasePool(path: path, configuration: configuration), now: now)
        } catch let error as LoadTesterError {
            throw error
        } catch {
            throw LoadTesterError.gateDatabaseUnavailable(path: path, cause: error)
        }
    }

    /// Whether the gate lets a rollout pass now; a refusal is remembered as waiting.
    ///
    /// - Throws: ``LoadTesterError/gateReadFailed(cause:)``.
    public func check(
        _ key: GateKey, phase: String = "", checksum: String = "", policy: GatePolicy = GatePolicy()
    ) async throws -> Bool {
        let read = board?.readingStamp
        var approvals = try await reading { db in try GateRecords.approvals(of: key, in: db) }
        if policy.scope == .revision, approvals.contains(where: \.checksum.isEmpty), !checksum.isEmpty {
            // An approval given before the revision was known belongs to the first one that asks.
            approvals = try await writing { db in
                try GateRecords.bindApprovals(of: key, to: checksum, in: db)
                return try GateRecords.approvals(of: key, in: db)
            }
        }
        let date = now()
        if let board, let read, policy == GatePolicy() {
            board.remember(key, approvals, readAt: read, now: date)
        }
        let passes = policy.isSatisfied(by: approvals, checksum: checksum, at: date)
        if policy.scope == .revision { await noteWaiting(passes ? nil : checksum, at: key) }
        refusedChecks.withLock { refused in
            if passes {
                refused.pass(key)
            } else {
                refused.refuse(key, phase: phase, checksum: checksum, at: date)
            }
        }
        return passes
    }

    /// Forgets which revisions of a canary wait.
    func forgetWaiting(namespace: String, name: String) async throws {
        try await writing { db in
            try GateRecords.forgetWaiting(namespace: namespace, name: name, in: db)
        }
        refusedChecks.withLock { $0.forget(namespace: namespace, name: name) }
    }

    /// Has every store on this database know which revision an approval without a checksum is for.
    ///
    /// The answer does not hang on it: when nothing can be written, this store remembers it alone.
    private func noteWaiting(_ checksum: String?, at key: GateKey) async {
        let wanted = checksum.flatMap { $0.isEmpty ? nil : $0 }
        do {
            guard try await reading({ db in try GateRecords.waiting(at: key, in: db) }) != wanted else {
                return
            }
            try await writing { db in
                try GateRecords.setWaiting(wanted, at: key, keeping: Self.keptWaiting, in: db)
            }
        } catch {}
    }

    /// The answer to a plain check (the canary's plain gate, one approval, any revision) when it is known without
    /// asking the database; a refusal is remembered as waiting.
    func knownAnswer(
        _ kind: GateKind, _ canary: GateBoard.Canary, phase: UnsafeBufferPointer<UInt8>,
        checksum: UnsafeBufferPointer<UInt8>, now date: Date
    ) -> Bool? {
        guard let (key, isOpen) = board?.answer(kind, canary, now: date) else { return nil }
        refusedChecks.withLock { refused in
            if isOpen {
                refused.pass(key)
            } else {
                refused.refuse(
                    key, phase: String(decoding: phase, as: UTF8.self),
                    checksum: String(decoding: checksum, as: UTF8.self), at: date)
            }
        }
        return isOpen
    }

    /// Opens a gate, or adds one more actor's approval; durable when this returns.
    ///
    /// A move without a checksum is for the revision that was refused last, if any was.
    /// - Throws: ``LoadTesterError/gateWriteFailed(cause:)``; then nothing was changed.
    public func open(_ key: GateKey, by move: GateMove) async throws {
        try await change(key, .open, move)
    }

    /// Closes a gate and drops all its approvals; durable when this returns.
    ///
    /// - Throws: ``LoadTesterError/gateWriteFailed(cause:)``; then nothing was changed.
    public func close(_ key: GateKey, by move: GateMove) async throws {
        try await change(key, .close, move)
    }

    /// All gates that were ever moved, and those at which something waits, in order of their names.
    ///
    /// - Throws: ``LoadTesterError/gateReadFailed(cause:)``.
    public func list() async throws -> [GateStatus] {
        let (approvals, changes) = try await reading { db in
            (try GateRecords.allApprovals(in: db), try GateRecords.lastChanges(in: db))
        }
        let refused = refusedChecks.withLock { $0.all }
        let date = now()
        return Set(approvals.keys).union(changes.keys).union(refused.keys).map { key in
            let given = approvals[key] ?? []
            return GateStatus(
                key: key, isOpen: GatePolicy().isSatisfied(by: given, checksum: "", at: date),
                approvals: given, lastChange: changes[key], refused: refused[key])
        }.sorted { sortNames(of: $0.key).lexicographicallyPrecedes(sortNames(of: $1.key)) }
    }

    /// The audit trail, newest first, at most `limit` lines; of one canary's gates, or of all whose namespaces
    /// are wanted.
    ///
    /// - Throws: ``LoadTesterError/gateReadFailed(cause:)``.
    public func history(
        namespace: String? = nil, name: String? = nil, limit: Int = 100,
        where isWanted: @escaping @Sendable (_ namespace: String) -> Bool = { _ in true }
    ) async throws -> [GateChange] {
        try await reading { db in
            try GateRecords.changes(namespace: namespace, name: name, limit: limit, where: isWanted, in: db)
        }
    }

    private func change(_ key: GateKey, _ action: GateAction, _ move: GateMove) async throws {
        let date = now()
        let refused = refusedChecks.withLock { $0[key]?.checksum }
        try await writing { db in
            var move = move
            if action == .open, move.checksum.isEmpty {
                move.checksum = try GateRecords.waiting(at: key, in: db) ?? refused ?? ""
            }
            switch action {
            case .open: try GateRecords.approve(key, move, at: date, in: db)
            case .close: try GateRecords.deleteApprovals(of: key, in: db)
            }
            try GateRecords.record(key, action, move, at: date, keeping: Self.keptChanges, in: db)
        }
    }

    private func reading<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        do {
            return try await writer.read(body)
        } catch {
            throw LoadTesterError.gateReadFailed(cause: error)
        }
    }

    /// One transaction that is on the disk when it returns, whatever the writer's own setting.
    private func writing<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        defer { if !isDurable { stamp?.changed() } }
        do {
            return try await writer.writeWithoutTransaction { db in
                let setting = try Int.fetchOne(db, sql: "PRAGMA synchronous") ?? 2
                try db.execute(sql: "PRAGMA synchronous = FULL")
                defer { try? db.execute(sql: "PRAGMA synchronous = \(setting)") }
                var result: T?
                try db.inTransaction(.immediate) {
                    result = try body(db)
                    return .commit
                }
                guard let result else { throw CancellationError() }
                return result
            }
        } catch {
            throw LoadTesterError.gateWriteFailed(cause: error)
        }
    }

    private func sortNames(of key: GateKey) -> [String] {
        [key.namespace, key.name, key.kind.rawValue, key.gate]
    }
}
