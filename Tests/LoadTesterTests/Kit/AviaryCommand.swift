import Foundation
import Testing

/// The built `aviary` as a command that ends by itself.
enum AviaryCommand {
    struct Ran: Equatable {
        let status: Int32
        let output: String
    }

    /// Runs it to its end, ten seconds at most.
    static func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> Ran {
        let process = Process()
        process.executableURL = LoadTesterProcess.binary
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = try OutputFile()
        defer { output.remove() }
        process.standardOutput = output.handle
        process.standardError = output.handle
        try process.run()
        defer { if process.isRunning { process.terminate() } }
        try await eventually { !process.isRunning }
        return Ran(status: process.terminationStatus, output: try output.text)
    }
}
