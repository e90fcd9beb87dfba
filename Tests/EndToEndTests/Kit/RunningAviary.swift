import AsyncHTTPClient
import Foundation
import Glibc
import NIOCore
import Testing

/// `aviary run` on a file and a data directory of its own, as a user would start it; may be killed and
/// started again. Nothing it started outlives the test.
final class RunningAviary {
    /// The name of the variable that marks everything a test starts.
    static let mark = "AVIARY_END_TO_END"

    let folder: String
    let identity = UUID().uuidString
    private(set) var program: SpawnedProgram
    /// How many statuses had been told when the manifest was saved last.
    var statusesBeforeSave = 0
    private let arguments: [String]
    private let environment: [String: String]
    private let prefix: [String]

    /// Runs a test against a daemon, which is ended with all its processes however the test ends.
    static func run<T>(
        _ manifest: Manifest, behind prefix: [String] = [], arguments: [String] = [],
        environment: [String: String] = [:], files: [String: String] = [:],
        beforeStart: (String) throws -> Void = { _ in },
        _ body: (RunningAviary) async throws -> T
    ) async throws -> T {
        try await withTemporaryFolder { folder in
            try beforeStart(folder)
            return try await run(
                manifest, in: folder, behind: prefix, arguments: arguments, environment: environment,
                files: files, body)
        }
    }

    /// Runs a test against a daemon whose data directory is on a disk of 8 MiB.
    static func runOnSmallDisk<T>(
        _ manifest: Manifest, _ body: (RunningAviary, SmallDisk) async throws -> T
    ) async throws -> T {
        try await withTemporaryFolder { folder in
            try await SmallDisk.with(mebibytes: 8, at: "\(folder)/data") { disk in
                try await run(manifest, in: folder, behind: disk.prefix) { try await body($0, disk) }
            }
        }
    }

    private static func run<T>(
        _ manifest: Manifest, in folder: String, behind prefix: [String] = [], arguments: [String] = [],
        environment: [String: String] = [:], files: [String: String] = [:],
        _ body: (RunningAviary) async throws -> T
    ) async throws -> T {
        await Slots.daemons.take()
        defer { Task { await Slots.daemons.giveBack() } }
        for (name, text) in files {
            try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
        }
        try manifest.write(into: folder)
        let aviary = try RunningAviary(
            folder: folder, prefix: prefix, arguments: arguments, environment: environment)
        defer { aviary.destroy() }
        do {
            try await aviary.awaitListening()
            return try await body(aviary)
        } catch {
            Issue.record("\(error)\n\(aviary.report)")
            throw error
        }
    }

    private init(
        folder: String, prefix: [String], arguments: [String], environment: [String: String]
    ) throws {
        self.folder = folder
        self.prefix = prefix
        self.arguments =
            ["run", "\(folder)/\(Manifest.fileName)", "--listen", "127.0.0.1:0", "--output", "json"]
            + ["--data-dir", "\(folder)/data"] + arguments
        self.environment = environment.merging([Self.mark: identity]) { $1 }
        program = try SpawnedProgram(
            self.arguments, behind: prefix, environment: self.environment, folder: folder)
    }

    /// Everything told so far, of all lives of the daemon.
    func lines() throws -> [FeedLine] { try FeedLine.all(in: program.output) }

    func events() throws -> [FeedLine] { try lines().filter { $0.kind == "event" } }

    func messages() throws -> [String] { try events().compactMap(\.message) }

    func statuses() throws -> [FeedLine] { try lines().filter { $0.kind == "status" } }

    /// The status last told.
    func phase() throws -> String { try statuses().last?.phase ?? "" }

    /// The port of the API of the current life.
    func port() throws -> Int {
        try #require(try lines().last { $0.kind == "listening" }?.port)
    }

    func url(_ path: String) throws -> String { "http://127.0.0.1:\(try port())\(path)" }

    /// Waits until the status has this phase and, where given, this weight.
    func reach(
        _ phase: String, weight: Int? = nil, within limit: Duration = .seconds(90),
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await eventually(
            within: limit, "\(phase) was not reached", sourceLocation: sourceLocation
        ) {
            let last = try statuses().last
            return last?.phase == phase && (weight == nil || last?.weight == weight)
        }
    }

    /// Waits until the status has had this phase and weight since the last save, though it may have moved on.
    func pass(
        _ phase: String, weight: Int? = nil, within limit: Duration = .seconds(90),
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await eventually(
            within: limit, "\(phase) was not passed", sourceLocation: sourceLocation
        ) {
            try statuses().dropFirst(statusesBeforeSave).contains {
                $0.phase == phase && (weight == nil || $0.weight == weight)
            }
        }
    }

    func hear(
        _ message: String, times: Int = 1, within limit: Duration = .seconds(90),
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await eventually(within: limit, "\"\(message)\" was not told", sourceLocation: sourceLocation) {
            try messages().filter { $0.contains(message) }.count >= times
        }
    }

    /// Ends the daemon as a power cut would; its processes live on.
    func killHard() async throws {
        program.signal(SIGKILL)
        try await program.exitCode()
    }

    /// Asks the daemon to end; returns its exit code.
    @discardableResult
    func terminate(within limit: Duration = .seconds(60)) async throws -> Int {
        program.signal(SIGTERM)
        return try await program.exitCode(within: limit)
    }

    /// Starts it again on the same data directory.
    func startAgain() async throws {
        let before = try lives()
        program = try SpawnedProgram(
            arguments, behind: prefix, environment: environment, folder: folder)
        try await awaitListening(life: before + 1)
    }

    /// The replicas and tasks that are alive, the daemon itself left out.
    func children() -> [ProcessScan.Found] {
        ProcessScan.processes(with: Self.mark, identity).filter { $0.pid != program.pid }
    }

    private func lives() throws -> Int { try lines().filter { $0.kind == "listening" }.count }

    private func awaitListening(life: Int = 1) async throws {
        try await eventually("not listening: \(program.errors)") {
            try #require(program.isRunning, "ended at the start: \(program.errors)")
            return try lives() >= life
        }
    }

    private func destroy() {
        program.signal(SIGKILL)
        for _ in 0..<5 {
            let left = ProcessScan.processes(with: Self.mark, identity)
            guard !left.isEmpty else { return }
            for process in left { kill(process.pid, SIGKILL) }
        }
    }

    private var report: String {
        let story = (try? lines())?.suffix(25).map { line in
            "\(line.kind) [\(line.phase ?? "")] \(line.message ?? line.name ?? "") \(line.status.map(String.init) ?? "")"
                + " weight=\(line.weight ?? -1) failed=\(line.failedChecks ?? -1)"
        }
        return "stderr: \(program.errors.suffix(2000))\n" + (story ?? ["no lines"]).joined(separator: "\n")
    }
}
