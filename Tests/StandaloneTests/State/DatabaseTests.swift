import Foundation
import GRDB
import Glibc
import Testing

@testable import Standalone

@Suite("The state's database")
struct DatabaseTests {
    private static let names = ["aviary.sqlite", "aviary.sqlite-wal", "aviary.sqlite-shm"]

    private static func modes(in folder: String) throws -> [Int] {
        try names.map { name in
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
            return attributes[.posixPermissions] as? Int ?? -1
        }
    }

    @Test("is nobody's to read but the daemon's user, also when an earlier version made it")
    func permissions() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "database-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let first = try StateDatabase.open(at: folder)
        #expect(try Self.modes(in: folder) == [0o600, 0o600, 0o600])
        for name in Self.names { chmod("\(folder)/\(name)", 0o644) }
        let second = try StateDatabase.open(at: folder)
        #expect(try Self.modes(in: folder) == [0o600, 0o600, 0o600])
        withExtendedLifetime((first, second)) {}
    }
}
