import Delivery
import Foundation
import GRDB
import Rollout

/// One canary's status in the database.
struct StatusTable: StatusStore {
    let writer: any DatabaseWriter
    let canary: CanaryKey

    func load() async throws -> RolloutStatus {
        let json = try await writer.read { [canary] database in
            try String.fetchOne(
                database, sql: "SELECT json FROM status WHERE namespace = ? AND name = ?",
                arguments: [canary.namespace, canary.name])
        }
        guard let json else { return RolloutStatus() }
        return try JSONDecoder().decode(StoredStatus.self, from: Data(json.utf8)).status
    }

    func save(_ status: RolloutStatus) async throws {
        let json = String(decoding: try JSONEncoder().encode(StoredStatus(status)), as: UTF8.self)
        try await writer.write { [canary] database in
            try database.execute(
                sql: """
                    INSERT INTO status (namespace, name, json) VALUES (?, ?, ?)
                    ON CONFLICT (namespace, name) DO UPDATE SET json = excluded.json
                    """,
                arguments: [canary.namespace, canary.name, json])
        }
    }
}

/// What tells one canary from another.
public struct CanaryKey: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The namespace.
    public let namespace: String
    /// The name within it.
    public let name: String

    /// Makes a key.
    public init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }

    /// `name.namespace`.
    public var description: String { "\(name).\(namespace)" }

    /// Orders by namespace, then name.
    public static func < (left: CanaryKey, right: CanaryKey) -> Bool {
        (left.namespace, left.name) < (right.namespace, right.name)
    }
}
