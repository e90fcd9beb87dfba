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
/// A file wins again when its resource changes after that, so that the newest deployment is the one in force.
struct ResourceTable: Sendable {
    let writer: any DatabaseWriter

    /// One resource on its way into the table.
    struct Draft: Sendable {
        var kind: String
        var namespace: String
        var name: String
        var json: String
        var folder: String
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
            for draft in drafts {
                let hash = StableHash.of(bytes: Array("\(draft.folder)\n\(draft.json)".utf8))
                let seen = try String.fetchOne(
                    database,
                    sql: "SELECT sourceHash FROM resource WHERE kind = ? AND namespace = ? AND name = ?",
                    arguments: [draft.kind, draft.namespace, draft.name])
                if source == .files, seen == hash { continue }
                try database.execute(
                    sql: """
                        INSERT INTO resource (kind, namespace, name, json, folder, source, sourceHash)
                        VALUES (?, ?, ?, ?, ?, ?, ?)
                        ON CONFLICT (kind, namespace, name) DO UPDATE
                        SET json = excluded.json, folder = excluded.folder, sourceHash = excluded.sourceHash,
                            source = CASE excluded.source WHEN 'files' THEN 'files' ELSE source END
                        """,
                    arguments: [
                        draft.kind, draft.namespace, draft.name, draft.json, draft.folder,
                        source == .files ? "files" : "applied",
                        source == .files ? hash : seen ?? "",
                    ])
            }
            if source == .files { try Self.removeOthers(database, than: drafts) }
        }
    }

    /// What is in the table and canaries may refer to, whether one does or not.
    func known(_ options: ValidationOptions) async throws -> ValidationOptions {
        let rows = try await writer.read { database in
            try Row.fetchAll(database, sql: "SELECT kind, namespace, name, json FROM resource").map {
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
                database, sql: "SELECT json FROM resource WHERE kind = ? AND namespace = ? AND name = ?",
                arguments: [kind, name.namespace, name.name])
        }
        return try json.map { try JSONDecoder().decode(type, from: Data($0.utf8)) }
    }

    /// What the table holds under the names of some drafts; nil where it holds nothing.
    func held(_ drafts: [Draft]) async throws -> [Draft?] {
        try await writer.read { database in
            try drafts.map { draft in
                let row = try Row.fetchOne(
                    database,
                    sql: "SELECT json, folder FROM resource WHERE kind = ? AND namespace = ? AND name = ?",
                    arguments: [draft.kind, draft.namespace, draft.name])
                return row.map { row in
                    var held = draft
                    (held.json, held.folder) = (row["json"], row["folder"])
                    return held
                }
            }
        }
    }

    /// Undoes an `apply`: puts back what was held, and removes what was not there.
    func putBack(_ held: [Draft?], insteadOf drafts: [Draft]) async throws {
        try await take(held.compactMap { $0 }, from: .applied)
        try await writer.change { database in
            for (draft, before) in zip(drafts, held) where before == nil {
                try database.execute(
                    sql: "DELETE FROM resource WHERE kind = ? AND namespace = ? AND name = ?",
                    arguments: [draft.kind, draft.namespace, draft.name])
            }
        }
    }

    private static func removeOthers(_ database: Database, than drafts: [Draft]) throws {
        let kept = Set(drafts.map { "\($0.kind)/\($0.namespace)/\($0.name)" })
        let rows = try Row.fetchAll(
            database, sql: "SELECT kind, namespace, name FROM resource WHERE source = 'files'")
        for row in rows {
            let (kind, namespace, name): (String, String, String) = (
                row["kind"], row["namespace"], row["name"]
            )
            guard !kept.contains("\(kind)/\(namespace)/\(name)") else { continue }
            try database.execute(
                sql: "DELETE FROM resource WHERE kind = ? AND namespace = ? AND name = ?",
                arguments: [kind, namespace, name])
        }
    }

    /// Every canary with its target; canaries whose target is missing are left out.
    func all() async throws -> [CanaryKey: DesiredCanary] {
        let rows = try await writer.read { database in
            try Row.fetchAll(database, sql: "SELECT kind, json, folder FROM resource")
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
