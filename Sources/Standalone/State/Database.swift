public import GRDB
import Glibc

/// The daemon's one SQLite file: desired resources, status, what is owed, gates, replicas and history.
///
/// WAL with `synchronous = FULL`: what a call has written before it returned survives a kill -9 and a power cut.
public struct StateDatabase: Sendable {
    /// Where all tables live; the load tester keeps its gates here as well.
    public let writer: any DatabaseWriter

    /// Opens or creates `aviary.sqlite` in a folder.
    ///
    /// - Throws: `StandaloneError.openState` when the folder can't be written, is in use by another daemon's schema, or holds a
    ///   database from a newer version.
    public static func open(at folder: String) throws -> StateDatabase {
        var configuration = Configuration()
        configuration.maximumReaderCount = 2
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.execute(sql: "PRAGMA cache_size = -1024")
        }
        do {
            let path = folder + "/aviary.sqlite"
            try keepFromOthers(path)
            let pool = try DatabasePool(path: path, configuration: configuration)
            let state = StateDatabase(writer: pool)
            try state.migrate(folder)
            return state
        } catch let error as StandaloneError {
            throw error
        } catch {
            throw StandaloneError.openState(path: folder, cause: "\(error)")
        }
    }

    /// Nobody else on the machine is to read what is in it: environments of processes and tokens of hooks, too. SQLite
    /// gives the files beside it the same permissions.
    private static func keepFromOthers(_ path: String) throws {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StandaloneError.openState(path: path, cause: String(cString: strerror(errno)))
        }
        close(descriptor)
        // Of an earlier version. One that belongs to somebody else is theirs to share.
        for file in [path, path + "-wal", path + "-shm"] { chmod(file, 0o600) }
    }

    private func migrate(_ folder: String) throws {
        var migrator = DatabaseMigrator()
        for migration in Self.migrations {
            migrator.registerMigration(migration.name) { try $0.execute(sql: migration.sql) }
        }
        let isNewer = try writer.read { database in
            let known = Set(Self.migrations.map(\.name))
            let applied =
                try database.tableExists("grdb_migrations")
                ? String.fetchAll(database, sql: "SELECT identifier FROM grdb_migrations") : []
            return applied.contains { $0.hasPrefix("standalone-") && !known.contains($0) }
        }
        guard !isNewer else { throw StandaloneError.newerState(path: folder) }
        try migrator.migrate(writer)
    }

    private static let migrations: [(name: String, sql: String)] = [
        (
            "standalone-1",
            """
            CREATE TABLE resource (
                kind TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
                json TEXT NOT NULL, folder TEXT NOT NULL, source TEXT NOT NULL, sourceHash TEXT NOT NULL,
                PRIMARY KEY (kind, namespace, name)
            );
            CREATE TABLE status (
                namespace TEXT NOT NULL, name TEXT NOT NULL, json TEXT NOT NULL,
                PRIMARY KEY (namespace, name)
            );
            CREATE TABLE revision (
                namespace TEXT NOT NULL, name TEXT NOT NULL, spec TEXT NOT NULL, configuration TEXT NOT NULL,
                json TEXT NOT NULL, seenAt INTEGER NOT NULL,
                PRIMARY KEY (namespace, name, spec, configuration)
            );
            CREATE TABLE side (
                namespace TEXT NOT NULL, name TEXT NOT NULL, side TEXT NOT NULL,
                spec TEXT NOT NULL, configuration TEXT NOT NULL,
                PRIMARY KEY (namespace, name, side)
            );
            CREATE TABLE replica (
                id TEXT PRIMARY KEY, json TEXT NOT NULL
            );
            CREATE TABLE history (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                namespace TEXT NOT NULL, name TEXT NOT NULL, time INTEGER NOT NULL, json TEXT NOT NULL
            );
            CREATE INDEX historyByCanary ON history (namespace, name, id);
            """
        ),
        (
            "standalone-2",
            """
            CREATE TABLE outbox (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                namespace TEXT NOT NULL, name TEXT NOT NULL, receiver TEXT NOT NULL, json TEXT NOT NULL
            );
            CREATE INDEX outboxByCanary ON outbox (namespace, name, id);
            """
        ),
    ]
}
