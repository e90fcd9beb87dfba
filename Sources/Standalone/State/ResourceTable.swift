import FlaggerAPI
import Foundation
import GRDB

/// A Canary and its target, as the user wants them now.
struct DesiredCanary: Sendable, Equatable {
    var canary: Canary
    var process: ProcessResource
    /// The folder that relative paths of the process start from.
    var folder: String
}

/// The resources as the user wants them: from the files given to `aviary run`, until `aviary apply` says otherwise.
///
/// A file wins again when its resource changes after that, so that the newest deployment is the one in force. The same
/// goes for a canary that was deleted: its rows stay as `deleted` for as long as a file holds it.
struct ResourceTable: Sendable {
    let writer: any DatabaseWriter

    /// What tells one resource from another.
    struct Key: Hashable, Sendable {
        var kind: String
        var namespace: String
        var name: String

        fileprivate var arguments: StatementArguments { [kind, namespace, name] }
    }

    /// One resource on its way into the table.
    struct Draft: Sendable {
        var kind: String
        var namespace: String
        var name: String
        var json: String
        var folder: String
        /// What a file says of it, as its author wrote it; empty for what comes from no file.
        var documentHash = ""

        var key: Key { Key(kind: kind, namespace: namespace, name: name) }

        /// What tells whether a file has changed: of the second kind, by its mark.
        fileprivate var hash: String {
            "2:" + StableHash.of(bytes: Array("\(folder)\n\(documentHash)".utf8))
        }

        /// The first kind, over our own coding of the resource: databases of that time still hold it.
        fileprivate var firstHash: String { StableHash.of(bytes: Array("\(folder)\n\(json)".utf8)) }

        fileprivate func isKnown(_ row: Row?) -> Bool {
            row.map { $0["sourceHash"] == hash || $0["sourceHash"] == firstHash } ?? false
        }

        /// The process that a canary names.
        fileprivate var target: Key {
            get throws {
                let canary = try JSONDecoder().decode(Canary.self, from: Data(json.utf8))
                return Key(kind: ProcessResource.kind, namespace: namespace, name: canary.spec.targetRef.name)
            }
        }
    }

    /// Where a set of resources comes from.
    enum Source: Equatable, Sendable {
        /// The files given to `aviary run`; resources that are in none of them any more are removed.
        case files
        /// `aviary apply` or an API call.
        case applied
    }

    /// Takes a set of resources in one transaction.
    func take(_ drafts: [Draft], from source: Source) async throws {
        try await writer.change { database in
            let rows = try drafts.map { try Self.row(of: $0.key, database) }
            let changed = zip(drafts, rows).filter { !$0.isKnown($1) }.map(\.0)
            let revived = source == .files ? try Self.touched(by: changed, among: drafts) : []
            for (draft, row) in zip(drafts, rows) {
                let isDeleted = row?["source"] == "deleted"
                if source == .files, draft.isKnown(row), !(isDeleted && revived.contains(draft.key)) {
                    try Self.mark(draft, row, database)
                    continue
                }
                try Self.write(draft, over: row, from: source, database)
            }
            if source == .files { try Self.removeOthers(database, than: drafts) }
        }
    }

    /// Brings the hash of an unchanged resource to the present kind.
    private static func mark(_ draft: Draft, _ row: Row?, _ database: Database) throws {
        guard row?["sourceHash"] != draft.hash else { return }
        try database.execute(
            sql: "UPDATE resource SET sourceHash = ? WHERE kind = ? AND namespace = ? AND name = ?",
            arguments: [draft.hash] + draft.key.arguments)
    }

    private static func write(_ draft: Draft, over row: Row?, from source: Source, _ database: Database)
        throws
    {
        // A resource of a file stays the file's, whatever is applied over it.
        let isFromFile = source == .files || (row.map { $0["source"] != "applied" } ?? false)
        let hash: String = source == .files ? draft.hash : row?["sourceHash"] ?? ""
        try database.execute(
            sql: """
                INSERT INTO resource (kind, namespace, name, json, folder, source, sourceHash)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (kind, namespace, name) DO UPDATE
                SET json = excluded.json, folder = excluded.folder, sourceHash = excluded.sourceHash,
                    source = excluded.source
                """,
            arguments: [
                draft.kind, draft.namespace, draft.name, draft.json, draft.folder,
                isFromFile ? "files" : "applied", hash,
            ])
    }

    /// Resources that belong together with changed ones: a canary with its target.
    private static func touched(by changed: [Draft], among drafts: [Draft]) throws -> Set<Key> {
        let keys = Set(changed.map(\.key))
        var touched = keys
        for draft in drafts where draft.kind == Canary.kind {
            let target = try draft.target
            if keys.contains(draft.key) || keys.contains(target) { touched.formUnion([draft.key, target]) }
        }
        return touched
    }

    /// Takes a canary and its target out. What comes from a file stays out until the file says something else of it.
    ///
    /// - Returns: whether there was such a canary.
    func delete(_ canary: CanaryKey) async throws -> Bool {
        let key = Key(kind: Canary.kind, namespace: canary.namespace, name: canary.name)
        return try await writer.change { database in
            guard let row = try Self.row(of: key, database), row["source"] != "deleted" else { return false }
            let target = try Draft(
                kind: key.kind, namespace: key.namespace, name: key.name, json: row["json"],
                folder: row["folder"]
            ).target
            for key in [key, target] {
                try database.execute(
                    sql: """
                        UPDATE resource SET source = 'deleted'
                        WHERE kind = ? AND namespace = ? AND name = ? AND source = 'files'
                        """, arguments: key.arguments)
                try database.execute(
                    sql: """
                        DELETE FROM resource
                        WHERE kind = ? AND namespace = ? AND name = ? AND source = 'applied'
                        """, arguments: key.arguments)
            }
            return true
        }
    }

    /// What is in the table and canaries may refer to, whether one does or not.
    func known(_ options: ValidationOptions) async throws -> ValidationOptions {
        let rows = try await writer.read { database in
            try Row.fetchAll(
                database, sql: "SELECT kind, namespace, name, json FROM resource WHERE source <> 'deleted'"
            ).map {
                (
                    kind: $0["kind"] as String,
                    name: NamespacedName(namespace: $0["namespace"], name: $0["name"]),
                    json: $0["json"] as String
                )
            }
        }
        var options = options
        for row in rows {
            switch row.kind {
            case ProcessResource.kind: options.knownProcesses.insert(row.name)
            case AlertProvider.kind: options.knownAlertProviders.insert(row.name)
            case MetricTemplate.kind:
                let template = try JSONDecoder().decode(MetricTemplate.self, from: Data(row.json.utf8))
                options.knownMetricTemplates[row.name] = template.spec.query
            default: break
            }
        }
        return options
    }

    /// One resource; nil when there is none of that kind and name.
    func resource<Resource: Decodable & Sendable>(
        _ type: Resource.Type, _ kind: String, _ name: NamespacedName
    ) async throws -> Resource? {
        let json = try await writer.read { database in
            try String.fetchOne(
                database,
                sql: """
                    SELECT json FROM resource
                    WHERE kind = ? AND namespace = ? AND name = ? AND source <> 'deleted'
                    """,
                arguments: [kind, name.namespace, name.name])
        }
        return try json.map { try JSONDecoder().decode(type, from: Data($0.utf8)) }
    }

    /// What the table holds under the names of some drafts; nil where it holds nothing.
    func held(_ drafts: [Draft]) async throws -> [Held?] {
        try await writer.read { database in
            try drafts.map { draft in
                try Self.row(of: draft.key, database).map { row in
                    Held(
                        json: row["json"], folder: row["folder"], source: row["source"],
                        sourceHash: row["sourceHash"])
                }
            }
        }
    }

    /// A row as it was.
    struct Held: Sendable {
        var json: String
        var folder: String
        var source: String
        var sourceHash: String
    }

    /// Undoes an `apply`: puts back what was held, and removes what was not there.
    func putBack(_ held: [Held?], insteadOf drafts: [Draft]) async throws {
        try await writer.change { database in
            for (draft, before) in zip(drafts, held) {
                try database.execute(
                    sql: "DELETE FROM resource WHERE kind = ? AND namespace = ? AND name = ?",
                    arguments: draft.key.arguments)
                guard let before else { continue }
                try database.execute(
                    sql: """
                        INSERT INTO resource (kind, namespace, name, json, folder, source, sourceHash)
                        VALUES (?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: draft.key.arguments
                        + [before.json, before.folder, before.source, before.sourceHash])
            }
        }
    }

    private static func row(of key: Key, _ database: Database) throws -> Row? {
        try Row.fetchOne(
            database,
            sql: """
                SELECT json, folder, source, sourceHash FROM resource
                WHERE kind = ? AND namespace = ? AND name = ?
                """, arguments: key.arguments)
    }

    private static func removeOthers(_ database: Database, than drafts: [Draft]) throws {
        let kept = Set(drafts.map(\.key))
        let rows = try Row.fetchAll(
            database, sql: "SELECT kind, namespace, name FROM resource WHERE source <> 'applied'")
        for row in rows {
            let key = Key(kind: row["kind"], namespace: row["namespace"], name: row["name"])
            guard !kept.contains(key) else { continue }
            try database.execute(
                sql: "DELETE FROM resource WHERE kind = ? AND namespace = ? AND name = ?",
                arguments: key.arguments)
        }
    }

    /// Every canary with its target; canaries whose target is missing are left out.
    func all() async throws -> [CanaryKey: DesiredCanary] {
        let rows = try await writer.read { database in
            try Row.fetchAll(
                database, sql: "SELECT kind, json, folder FROM resource WHERE source <> 'deleted'"
            )
            .map {
                (kind: $0["kind"] as String, json: $0["json"] as String, folder: $0["folder"] as String)
            }
        }
        let decoder = JSONDecoder()
        var processes: [CanaryKey: (process: ProcessResource, folder: String)] = [:]
        for row in rows where row.kind == ProcessResource.kind {
            let process = try decoder.decode(ProcessResource.self, from: Data(row.json.utf8))
            processes[CanaryKey(process.metadata)] = (process, row.folder)
        }
        var desired: [CanaryKey: DesiredCanary] = [:]
        for row in rows where row.kind == Canary.kind {
            let canary = try decoder.decode(Canary.self, from: Data(row.json.utf8))
            let target = CanaryKey(namespace: canary.metadata.namespace, name: canary.spec.targetRef.name)
            guard let found = processes[target] else { continue }
            desired[CanaryKey(canary.metadata)] = DesiredCanary(
                canary: canary, process: found.process, folder: found.folder)
        }
        return desired
    }
}

extension CanaryKey {
    /// The key of a resource.
    init(_ metadata: ObjectMeta) {
        self.init(namespace: metadata.namespace, name: metadata.name)
    }
}
