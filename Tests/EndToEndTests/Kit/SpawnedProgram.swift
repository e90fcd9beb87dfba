import Foundation
import Glibc
import Testing

/// A run of the built program; its output goes to files, which outlive it whatever happens to it.
final class SpawnedProgram {
    let pid: pid_t
    private let process: Process
    private let outputPath: String
    private let errorPath: String

    /// Starts it, behind the words of another command where given; the output is appended when the files exist.
    init(
        _ arguments: [String], behind prefix: [String] = [], environment: [String: String] = [:],
        folder: String, outputName: String = "output", input: String? = nil
    ) throws {
        outputPath = "\(folder)/\(outputName).out"
        errorPath = "\(folder)/\(outputName).err"
        process = Process()
        let words = prefix + [try BuiltProgram.path()] + arguments
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.standardInput = try input.map { try Self.file(holding: $0) } ?? FileHandle.nullDevice
        process.standardOutput = try Self.appending(to: outputPath)
        process.standardError = try Self.appending(to: errorPath)
        try process.run()
        pid = process.processIdentifier
    }

    var output: String { Self.text(outputPath) }
    var errors: String { Self.text(errorPath) }
    var isRunning: Bool { process.isRunning }

    func signal(_ signal: Int32) { if process.isRunning { kill(pid, signal) } }

    /// Waits for the end; a program ended by a signal counts as its negative number.
    @discardableResult
    func exitCode(within limit: Duration = .seconds(60)) async throws -> Int {
        try await eventually(within: limit, "\(process.arguments ?? []) still runs: \(errors)") {
            !process.isRunning
        }
        let status = Int(process.terminationStatus)
        return process.terminationReason == .uncaughtSignal ? -status : status
    }

    /// A file that is open for reading and has no name.
    private static func file(holding text: String) throws -> FileHandle {
        let path = "/tmp/aviary-input-\(UUID())"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        defer { unlink(path) }
        return try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    }

    private static func appending(to path: String) throws -> FileHandle {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw POSIXFailure(call: "open \(path)", code: errno) }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    private static func text(_ path: String) -> String {
        (try? Data(contentsOf: URL(fileURLWithPath: path))).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
