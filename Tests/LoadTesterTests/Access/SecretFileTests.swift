import Foundation
import Glibc
import LoadTester
import Testing

@Suite("Key files")
struct SecretFileTests {
    /// Asks for a concord task with a key file; nothing must reach the server when the file is refused.
    private static func ask(
        _ path: String, below directory: String?
    ) async throws -> (answer: LiveServerAddress.Answer, calls: [RemoteStandIn.Call]) {
        var permissions = TaskPermissions()
        if let directory { permissions.secrets = try SecretFiles(below: directory) }
        return try await RemoteStandIn.run { _, _ in
            .json("no", status: 401)
        } _: { [permissions] standIn, url async throws in
            try await LiveServer.run(permissions: permissions) { server async throws in
                let payload = try taskPayload([
                    "type": "concord", "server": url, "org": "o", "project": "p", "repo": "r",
                    "entrypoint": "e",
                    "endpoint": "x", "apiKeyPath": path,
                ])
                return (try await server.send("/", payload), standIn.calls)
            }
        }
    }

    @Test(
        "sends no file from outside of the secrets directory",
        arguments: [
            "outside", "secrets/../outside", "secrets/link", "secrets/folder-link/outside",
            "secrets/hard/../../outside",
            "/etc/passwd", "secrets/../../../../../../etc/passwd", "secrets-beside/key",
        ])
    func outside(_ path: String) async throws {
        try await Self.withFiles { root in
            let asked = path.hasPrefix("/") ? path : "\(root)/\(path)"
            let (answer, calls) = try await Self.ask(asked, below: "\(root)/secrets")
            #expect(answer.status == 500)
            #expect(answer.body.contains("metadata.apiKeyPath"))
            #expect(!answer.body.contains("root:") && !answer.body.contains("TOP"))
            #expect(calls.isEmpty)
        }
    }

    @Test(
        "reads regular files alone, and waits for none",
        arguments: [
            ("pipe", "not a regular file"), ("hard", "not a regular file"), ("zero", "not below"),
            ("large", "larger than 65536 bytes"), ("empty", "holds no key"), ("binary", "holds no key"),
            ("lines", "holds no key"), ("missing", "No such file"),
        ])
    func irregular(_ name: String, _ reason: String) async throws {
        try await Self.withFiles { root in
            let (answer, calls) = try await Self.ask("\(root)/secrets/\(name)", below: "\(root)/secrets")
            #expect(answer.status == 500)
            #expect(
                answer.body.contains(reason) || answer.body.contains("not a regular file"), "\(answer.body)")
            #expect(calls.isEmpty)
        }
    }

    @Test(
        "does not read a device or a pipe without a secrets directory either",
        arguments: ["/dev/zero", "pipe"])
    func device(_ name: String) async throws {
        try await Self.withFiles { root in
            let path = name.hasPrefix("/") ? name : "\(root)/secrets/\(name)"
            let (answer, calls) = try await Self.ask(path, below: nil)
            #expect(answer.body.contains("not a regular file"), "\(answer.body)")
            #expect(calls.isEmpty)
        }
    }

    @Test(
        "reads a key below the directory, by its path or from there",
        arguments: ["PATH/key", "key", "inner-link"])
    func inside(_ path: String) async throws {
        try await Self.withFiles { root in
            let asked = path.replacing("PATH", with: "\(root)/secrets")
            let (answer, calls) = try await Self.ask(asked, below: "\(root)/secrets")
            #expect(answer.body.contains("answered 401"))
            #expect(calls.map(\.authorization) == ["k3y"])
        }
    }

    @Test("says that the secrets directory is none")
    func noDirectory() {
        #expect {
            try SecretFiles(below: "/etc/passwd")
        } throws: {
            "\($0)" == "--secrets-dir /etc/passwd is not a directory: create it"
        }
    }

    private static func withFiles(_ body: (String) async throws -> Void) async throws {
        try await withTemporaryDirectory { root in
            let files = FileManager.default
            for folder in ["secrets/hard", "secrets-beside"] {
                try files.createDirectory(atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
            }
            for (name, text) in [
                ("outside", "TOP"), ("secrets-beside/key", "TOP"), ("secrets/key", " k3y\r\n\n"),
                ("secrets/empty", "\n"),
                ("secrets/binary", "a\u{0}b"), ("secrets/lines", "TOP\nTOP"),
                ("secrets/large", String(repeating: "x", count: 70_000)),
            ] {
                try text.write(toFile: "\(root)/\(name)", atomically: true, encoding: .utf8)
            }
            for (link, target) in [
                ("link", "../outside"), ("folder-link", ".."), ("zero", "/dev/zero"), ("inner-link", "key"),
            ] {
                try files.createSymbolicLink(atPath: "\(root)/secrets/\(link)", withDestinationPath: target)
            }
            try #require(mkfifo("\(root)/secrets/pipe", 0o600) == 0)
            try await body(root)
        }
    }
}
