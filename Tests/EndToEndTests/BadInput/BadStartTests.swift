import Foundation
import GRDB
import Glibc
import Testing

/// What can't work is said at the start, with the field and the fix, and with an exit code.
struct BadStartTests {
    /// Runs `aviary run` to its end.
    private func run(
        _ text: String, in folder: String, listen: String = "127.0.0.1:0", data: String? = nil
    ) async throws -> CommandResult {
        let file = "\(folder)/\(Manifest.fileName)"
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        return try await RunningAviary.command(
            ["run", file, "--listen", listen, "--data-dir", data ?? "\(folder)/data"], folder: folder,
            within: .seconds(60))
    }

    @Test("a file that is no YAML is refused with its line")
    func brokenYAML() async throws {
        try await withTemporaryFolder { folder in
            let text = try Manifest(port: 1).text().replacing("replicas: 1", with: "replicas: [1")
            let result = try await run(text, in: folder)
            #expect(result.exitCode == 1)
            #expect(result.errors.contains("\(Manifest.fileName):"))
            #expect(result.errors.contains("not valid YAML"))
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/data"))
        }
    }

    @Test("an unknown hook type is refused, with the one that was meant")
    func unknownHookType() async throws {
        try await withTemporaryFolder { folder in
            var manifest = Manifest(port: try FreePort.next())
            manifest.hooks = [.init(name: "end", type: "post-rollot", url: "http://127.0.0.1:1/")]
            let result = try await run(try manifest.text(), in: folder)
            #expect(result.exitCode == 1)
            #expect(result.errors.contains("spec.analysis.webhooks[0].type"))
            #expect(result.errors.contains("did you mean `post-rollout`?"))
        }
    }

    @Test("a service port that is taken is named, and the daemon ends")
    func servicePortTaken() async throws {
        try await HookServer.run { other in
            try await withTemporaryFolder { folder in
                let result = try await run(try Manifest(port: other.port).text(), in: folder)
                #expect(result.exitCode == 1)
                #expect(result.errors.contains("\(other.port)"))
                #expect(result.errors.lowercased().contains("in use"))
                #expect(result.errors.contains("spec.service.port"))
            }
        }
    }

    @Test("an API address that is taken is named, and the daemon ends")
    func listenTaken() async throws {
        try await HookServer.run { other in
            try await withTemporaryFolder { folder in
                let result = try await run(
                    try Manifest(port: try FreePort.next()).text(), in: folder,
                    listen: "127.0.0.1:\(other.port)")
                #expect(result.exitCode == 1)
                #expect(result.errors.contains("127.0.0.1:\(other.port)"))
                #expect(result.errors.contains("--listen"))
            }
        }
    }

    @Test("a data directory that can't be made is named")
    func dataDirectoryBelowFile() async throws {
        try await withTemporaryFolder { folder in
            try "".write(toFile: "\(folder)/file", atomically: true, encoding: .utf8)
            let result = try await run(
                try Manifest(port: try FreePort.next()).text(), in: folder, data: "\(folder)/file/data")
            #expect(result.exitCode == 1)
            #expect(result.errors.contains("\(folder)/file/data"))
            #expect(result.errors.contains("Not a directory"))
            #expect(result.errors.contains("--data-dir"))
        }
    }

    @Test("state of a newer version is not touched")
    func newerState() async throws {
        let manifest = Manifest(port: try FreePort.next())
        try await RunningAviary.run(manifest) { aviary in
            try await aviary.reach("Initialized")
            try await aviary.terminate()
            let database = try DatabaseQueue(path: "\(aviary.folder)/data/aviary.sqlite")
            try await database.write { database in
                try database.execute(
                    sql: "INSERT INTO grdb_migrations (identifier) VALUES ('standalone-999')")
            }
            try database.close()
            let result = try await run(try manifest.text(), in: aviary.folder)
            #expect(result.exitCode == 1)
            #expect(result.errors.contains("newer version"))
            #expect(result.errors.contains("--data-dir"))
        }
    }

    @Test("a second daemon on the same data directory is refused, and the first goes on")
    func secondDaemon() async throws {
        let manifest = Manifest(port: try FreePort.next())
        try await RunningAviary.run(manifest) { aviary in
            try await aviary.reach("Initialized")
            let result = try await run(try manifest.text(), in: aviary.folder)
            #expect(result.exitCode == 1)
            #expect(result.errors.contains("another `aviary run` is using it"))
            #expect(try await aviary.versions(of: manifest) == ["1.0.0"])
        }
    }

    @Test("a client command says how to find the daemon when there is none")
    func noDaemon() async throws {
        try await withTemporaryFolder { folder in
            let server = "http://127.0.0.1:\(try FreePort.next())"
            let result = try await RunningAviary.command(
                ["get", "canaries", "--server", server], folder: folder)
            #expect(result.exitCode == 1)
            #expect(result.errors.contains("cannot reach \(server)"))
            #expect(result.errors.contains("--server URL or AVIARY_SERVER"))
        }
    }
}
