import Delivery
import FlaggerAPI
import Foundation
import Testing

@testable import Standalone

@Suite("Secrets below a folder")
struct SecretFolderTests {
    private let root: URL

    init() throws {
        root = FileManager.default.temporaryDirectory.appending(path: "secrets-\(UUID())")
        try FileManager.default.createDirectory(
            at: root.appending(path: "test/hook"), withIntermediateDirectories: true)
    }

    private func write(_ text: String, to key: String) throws {
        try text.write(to: root.appending(path: "test/hook/\(key)"), atomically: true, encoding: .utf8)
    }

    private let name = NamespacedName(namespace: "test", name: "hook")

    @Test("a file is a key, its last line end is no part of the value, and hidden files are none")
    func values() throws {
        defer { try? FileManager.default.removeItem(at: root) }
        try write("http://x\n", to: "address")
        try write("x", to: "..data")
        let folder = try SecretFolder(root.path)
        let secret = try #require(try folder.secret(name))
        #expect(secret["address"] == "http://x")
        #expect(secret.keys == ["address"])
        try write("http://y", to: "address")
        #expect(try folder.secret(name)?["address"] == "http://y")
        #expect(try folder.secret(NamespacedName(namespace: "test", name: "other")) == nil)
    }

    @Test("takes links to files, as Kubernetes mounts them, and nothing that is no file")
    func kinds() throws {
        defer { try? FileManager.default.removeItem(at: root) }
        try write("t0k3n", to: ".hidden")
        let link = root.appending(path: "test/hook/token").path
        try FileManager.default.createSymbolicLink(
            atPath: link, withDestinationPath: root.appending(path: "test/hook/.hidden").path)
        let folder = try SecretFolder(root.path)
        #expect(try folder.secret(name)?["token"] == "t0k3n")
        #expect(mkfifo(root.appending(path: "test/hook/pipe").path, 0o600) == 0)
        #expect(throws: StandaloneError.self) { try folder.secret(name) }
    }

    @Test("refuses values that are too long or no text, and never shows one")
    func badValues() throws {
        defer { try? FileManager.default.removeItem(at: root) }
        let folder = try SecretFolder(root.path)
        try write(String(repeating: "s3cr3t", count: 20_000), to: "long")
        do { _ = try folder.secret(name) } catch {
            #expect("\(error)".contains("is longer than 65536 bytes") && !"\(error)".contains("s3cr3t"))
        }
        try FileManager.default.removeItem(at: root.appending(path: "test/hook/long"))
        try Data([0xff, 0xfe]).write(to: root.appending(path: "test/hook/binary"))
        #expect(throws: StandaloneError.self) { try folder.secret(name) }
    }

    @Test("stays below its folder", arguments: [("..", "hook"), ("test", "../hook"), ("test", ".hook")])
    func escapes(namespace: String, secret: String) throws {
        defer { try? FileManager.default.removeItem(at: root) }
        let folder = try SecretFolder(root.appending(path: "test").path)
        #expect(throws: StandaloneError.self) {
            try folder.secret(NamespacedName(namespace: namespace, name: secret))
        }
    }

    @Test("says that the folder is missing")
    func missing() {
        #expect(throws: StandaloneError.self) { try SecretFolder(root.path + "/nowhere") }
        try? FileManager.default.removeItem(at: root)
    }
}
