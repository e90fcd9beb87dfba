import Foundation
import Testing

/// The built binary, run through a symbolic link named `ghz`.
struct GhzProcess {
    let status: Int32
    let output: String
    let errors: String

    /// Runs it to its end; `meanwhile` may talk to the process.
    static func run(
        _ arguments: [String], environment: [String: String] = [:], input: String? = nil,
        meanwhile: (Process) async throws -> Void = { _ in }
    ) async throws -> GhzProcess {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let binary = try #require(Bundle.main.executableURL).deletingLastPathComponent()
            .appending(path: "aviary")
        let link = folder.appending(path: "ghz")
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: binary)
        let process = Process()
        process.executableURL = link
        process.arguments = arguments
        process.environment = environment
        let (output, errors, standardInput) = (Pipe(), Pipe(), Pipe())
        (process.standardOutput, process.standardError) = (output, errors)
        process.standardInput = standardInput
        try process.run()
        if let input { standardInput.fileHandleForWriting.write(Data(input.utf8)) }
        try standardInput.fileHandleForWriting.close()
        try await meanwhile(process)
        let (text, errorText) = try await blocking { [output, errors] in
            (
                output.fileHandleForReading.readDataToEndOfFile(),
                errors.fileHandleForReading.readDataToEndOfFile()
            )
        }
        try await blocking { [process] in process.waitUntilExit() }
        return GhzProcess(
            status: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
            errors: String(decoding: errorText, as: UTF8.self))
    }

    /// The JSON report.
    func report() throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(output.utf8))
        return try #require(object as? [String: Any], "\(output)\(errors)")
    }

    /// The calls of each status code in the JSON report.
    func codes() throws -> [String: Int] {
        try #require(try report()["statusCodeDistribution"] as? [String: Int])
    }
}
