import Foundation
import Glibc
import NIOHTTP1
import Testing

/// Runs the built binary through a symbolic link named `hey`, as a task's shell would.
struct HeyCommandTests {
    private struct Outcome {
        let status: Int32
        let output: String
        let errors: String
    }

    /// Runs hey; `meanwhile` may talk to the process before it has ended.
    private func hey(
        _ arguments: [String], environment: [String: String] = [:],
        meanwhile: (Process) async throws -> Void = { _ in }
    ) async throws -> Outcome {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let binary = try #require(Bundle.main.executableURL).deletingLastPathComponent()
            .appending(path: "aviary")
        let link = folder.appending(path: "hey")
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: binary)
        let process = Process()
        process.executableURL = link
        process.arguments = arguments
        process.environment = environment
        let (output, errors) = (Pipe(), Pipe())
        (process.standardOutput, process.standardError) = (output, errors)
        try process.run()
        try await meanwhile(process)
        let text = output.fileHandleForReading.readDataToEndOfFile()
        let errorText = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
            errors: String(decoding: errorText, as: UTF8.self))
    }

    @Test("is hey when it is called so, and knows the names in AVIARY_RESOLVE")
    func calledByName() async throws {
        let server = try await ScriptedServer.start()
        let outcome = try await hey(
            ["-n", "6", "-c", "2", "-m", "POST", "-d", "{test: 2}", "http://podinfo-canary.test:9898/echo"],
            environment: ["AVIARY_RESOLVE": "podinfo-canary.test:9898=127.0.0.1:\(server.port)"])
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("[200]\t6 responses"))
        #expect(server.requests.count == 6)
        #expect(server.requests.allSatisfy { $0.body == "{test: 2}" && $0.head.method == .POST })
        #expect(server.requests.allSatisfy { $0.head.headers["Host"] == ["podinfo-canary.test:9898"] })
        await server.stop()
    }

    @Test("prints the summary so far on a signal", arguments: [SIGINT, SIGTERM])
    func signal(number: Int32) async throws {
        let server = try await ScriptedServer.start()
        let outcome = try await hey(["-z", "60s", "-c", "1", "-q", "50", server.url]) { process in
            while server.requests.count < 3 { try await Task.sleep(for: .milliseconds(5)) }
            kill(process.processIdentifier, number)
        }
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("Status code distribution:\n  [200]\t"))
        await server.stop()
    }

    @Test(
        "ends as hey does on bad input, and names the flag",
        arguments: [
            (["-n", "2", "-c", "5", "http://127.0.0.1:1/"], 1, "-n cannot be less than -c"),
            (["-n", "x", "http://127.0.0.1:1/"], 2, "-n"), (["-z", "1x", "http://127.0.0.1:1/"], 2, "-z"),
            (["-H", "bad", "http://127.0.0.1:1/"], 1, "\"bad\""),
            (["-a", "bad", "http://127.0.0.1:1/"], 1, "username:password"),
            (["-D", "/nonexistent", "http://127.0.0.1:1/"], 1, "/nonexistent"),
            (["-x", "ftp://127.0.0.1:1", "http://127.0.0.1:1/"], 1, "-x"), ([], 1, "USAGE"),
            (["podinfo.test"], 1, "http://"),
        ])
    func badInput(arguments: [String], status: Int32, words: String) async throws {
        let outcome = try await hey(arguments)
        #expect(outcome.status == status)
        #expect(outcome.errors.contains(words))
        #expect(outcome.output.isEmpty)
    }

    @Test(
        "names a flag that there is not, and those like it",
        arguments: [
            (["-nope", "http://127.0.0.1:1/"], "unknown flag -nope; did you mean -n?"),
            (["--nope", "5", "http://127.0.0.1:1/"], "unknown flag -nope; did you mean -n?"),
            (["-n5", "http://127.0.0.1:1/"], "unknown flag -n5; did you mean -n?"),
            (["-n", "2", "-c", "1", "-nc", "5", "http://127.0.0.1:1/"], "unknown flag -nc"),
            (
                ["-host", "-nope", "-disable-redirect", "http://127.0.0.1:1/"],
                "did you mean -disable-redirects"
            ),
            (["http://127.0.0.1:1/", "-retries=3"], "unknown flag -retries"),
        ])
    func unknownFlag(arguments: [String], words: String) async throws {
        let outcome = try await hey(arguments)
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
    }

    @Test("takes every flag of its help with one dash and with two")
    func everyFlag() async throws {
        struct Dump: Decodable {
            struct Command: Decodable { let arguments: [Argument] }
            struct Argument: Decodable {
                struct Name: Decodable { let name: String }
                let kind: String
                let names: [Name]?
            }
            let command: Command
        }
        let dump = try await hey(["--experimental-dump-help"])
        let flags = try JSONDecoder().decode(Dump.self, from: Data(dump.output.utf8)).command.arguments
            .filter {
                $0.kind != "positional"
                    && $0.names?.contains { ["help", "version"].contains($0.name) } == false
            }
        #expect(flags.count > 20)
        for flag in flags {
            let name = try #require(flag.names?.first?.name)
            for dashes in ["-", "--"] {
                let value = flag.kind == "option" ? ["1"] : []
                let outcome = try await hey([dashes + name] + value + ["--help"])
                #expect(
                    !outcome.errors.lowercased().contains("unknown"), "\(dashes)\(name): \(outcome.errors)")
            }
        }
    }

    @Test("ends with 0 although no server is there, and names what happened")
    func refused() async throws {
        let outcome = try await hey(["-n", "2", "-c", "1", "http://127.0.0.1:1/"])
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("[2]\tconnect to 127.0.0.1:1: connection refused"))
    }
}
