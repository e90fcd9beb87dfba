import Foundation
import Synchronization
import Testing

/// A program that is built with the tests, running, and what it prints.
final class ProbeProcess: Sendable {
    private let process: Mutex<Process>
    private let output = Mutex("")

    /// Complete lines of its output so far.
    var lines: [Substring] {
        let text = output.withLock { $0 }
        guard let end = text.lastIndex(of: "\n") else { return [] }
        return text[..<end].split(separator: "\n")
    }

    var hasEnded: Bool { process.withLock { !$0.isRunning } }

    init(_ name: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = try #require(Self.binary(name), "\(name) is not beside the tests")
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        self.process = Mutex(process)
        pipe.fileHandleForReading.readabilityHandler = { [weak self] handle in
            let data = handle.availableData
            if data.isEmpty { return handle.readabilityHandler = nil }
            self?.output.withLock { $0 += String(decoding: data, as: UTF8.self) }
        }
        try process.run()
    }

    func send(_ signal: Int32) {
        let process = process.withLock { ($0.isRunning, $0.processIdentifier) }
        if process.0 { kill(process.1, signal) }
    }

    private static func binary(_ name: String) -> URL? {
        // `swift test` runs the bundle by a program of the toolchain; the bundle's path is among the arguments then.
        let paths = CommandLine.arguments.filter { $0.hasSuffix(".xctest") } + ["/proc/self/exe"]
        return paths.map {
            URL(fileURLWithPath: $0).resolvingSymlinksInPath().deletingLastPathComponent().appending(
                path: name)
        }.first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }
}
