import Foundation
import Glibc
import Testing

@testable import Standalone

@Suite("Copies of tracked configuration")
struct ConfigurationSnapshotTests {
    private let base: URL
    private let copies: ConfigurationSnapshot

    init() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "configuration-\(UUID())")
        base = folder.appending(path: "app")
        try FileManager.default.createDirectory(at: base, withIntermediateDirectories: true)
        copies = ConfigurationSnapshot(folder: folder.appending(path: "copies").path)
    }

    @Test("keeps each version of a file that is outside the target's folder")
    func fileOutside() throws {
        let file = base.deletingLastPathComponent().appending(path: "shared.toml")
        var folders: [String] = []
        for text in ["one", "two"] {
            try Data(text.utf8).write(to: file)
            folders.append(try #require(try copies.take(["../shared.toml"], in: base.path)).folder)
        }
        let texts = try folders.map { try String(contentsOfFile: $0 + "/up/shared.toml", encoding: .utf8) }
        #expect(texts == ["one", "two"])
    }

    @Test("removes the versions that nothing runs with")
    func prune() throws {
        let file = base.appending(path: "settings.toml")
        var hashes: [String] = []
        for text in ["one", "two"] {
            try Data(text.utf8).write(to: file)
            hashes.append(try #require(try copies.take(["settings.toml"], in: base.path)).hash)
        }
        copies.prune(keeping: [hashes[1]])
        #expect(try FileManager.default.contentsOfDirectory(atPath: copies.folder) == [hashes[1]])
    }

    @Test("lets nobody read a copy who may not read the file", arguments: [0o600, 0o640, 0o644, 0o400])
    func permissions(mode: Int) throws {
        let file = base.appending(path: "secret.toml")
        try Data("one".utf8).write(to: file)
        func modeOfCopy() throws -> Int? {
            let copy = try #require(try copies.take(["secret.toml"], in: base.path)).folder + "/secret.toml"
            return try FileManager.default.attributesOfItem(atPath: copy)[.posixPermissions] as? Int
        }
        chmod(file.path, mode_t(mode))
        #expect(try modeOfCopy() == mode)
        // The same version again, which others may read no longer.
        chmod(file.path, 0o600)
        #expect(try modeOfCopy() == 0o600)
    }

    @Test("refuses a pipe, which would block, and names it")
    func pipe() throws {
        let path = base.appending(path: "pipe").path
        #expect(mkfifo(path, 0o600) == 0)
        #expect(throws: StandaloneError.configuration(path: path, cause: "it is not a regular file")) {
            try copies.take(["pipe"], in: base.path)
        }
    }
}
