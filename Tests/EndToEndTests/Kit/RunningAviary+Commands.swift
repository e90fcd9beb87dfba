import Foundation
import Glibc
import Testing

/// What a client command answered.
struct CommandResult {
    var exitCode: Int
    var output: String
    var errors: String
}

extension RunningAviary {
    /// Runs a client command against this daemon.
    func command(
        _ arguments: [String], input: String? = nil, within limit: Duration = .seconds(60)
    ) async throws -> CommandResult {
        try await Self.command(
            arguments, environment: ["AVIARY_SERVER": try url("")], folder: folder, input: input,
            within: limit)
    }

    /// Runs a command to its end.
    static func command(
        _ arguments: [String], environment: [String: String] = [:], folder: String, input: String? = nil,
        within limit: Duration = .seconds(60)
    ) async throws -> CommandResult {
        let program = try SpawnedProgram(
            arguments, environment: environment, folder: folder, outputName: "command-\(UUID())",
            input: input)
        defer { program.signal(SIGKILL) }
        let code = try await program.exitCode(within: limit)
        return CommandResult(exitCode: code, output: program.output, errors: program.errors)
    }

    /// Deploys a changed manifest by saving its file.
    func save(_ manifests: Manifest...) throws {
        statusesBeforeSave = try statuses().count
        try manifests.map { try $0.text() }.joined(separator: "---\n")
            .write(toFile: "\(folder)/\(Manifest.fileName)", atomically: true, encoding: .utf8)
    }

    /// The versions that answer a number of requests at the apex.
    func versions(of manifest: Manifest, requests: Int = 20, headers: [String: String] = [:]) async throws
        -> Set<String>
    {
        var versions: Set<String> = []
        for _ in 0..<requests {
            let answer = try await Web.get("http://127.0.0.1:\(manifest.port)/version", headers: headers)
            try #require(answer.status == 200, "\(answer)")
            versions.insert(answer.version)
        }
        return versions
    }

    /// The processes of one side that are alive.
    func replicas(_ side: String) -> Set<pid_t> {
        Set(children().filter { $0.side == side }.map(\.pid))
    }
}

extension RunningAviary {
    /// The memory that the daemon itself occupies.
    func residentKilobytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(program.pid)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
        return try #require(line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) })
    }
}
