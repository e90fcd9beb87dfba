import Foundation
import NIOSSL
import Testing

/// The built `aviary loadtester` as a process of its own, on a free port.
final class LoadTesterProcess {
    private let process = Process()
    private let log: OutputFile
    let server: LiveServerAddress

    /// The built `aviary` binary, beside the tests.
    static var binary: URL {
        Bundle.module.bundleURL.deletingLastPathComponent().appending(path: "aviary")
    }

    /// Starts it and waits until it listens.
    ///
    /// - Parameter shell: what a shell does before it becomes the load tester.
    init(_ arguments: [String] = [], shell: String? = nil, tls: TLSConfiguration? = nil) async throws {
        let log = try OutputFile()
        self.log = log
        let command = ["loadtester", "-port", "0", "--host", "127.0.0.1"] + arguments
        if let shell {
            process.executableURL = URL(filePath: "/bin/sh")
            process.arguments = ["-c", "\(shell); exec \"$0\" \"$@\"", Self.binary.path] + command
        } else {
            process.executableURL = Self.binary
            process.arguments = command
        }
        process.standardError = log.handle
        try process.run()
        var port: Int?
        try await eventually {
            let started = try log.text.split(separator: "\n").first { $0.contains("listening on") }
            port = started?.split(separator: ":").last.flatMap { Int($0) }
            return port != nil
        }
        let scheme = tls == nil ? "http" : "https"
        server = LiveServerAddress(url: "\(scheme)://127.0.0.1:\(try #require(port))", tls: tls)
    }

    deinit {
        process.terminate()
        log.remove()
    }

    /// What it has logged.
    var logText: String {
        get throws { try log.text }
    }

    var id: pid_t { process.processIdentifier }

    /// Sends a signal and returns the exit status, or nil when the process is killed by a signal.
    func end(by signal: Int32, within limit: Duration = .seconds(60)) async throws -> Int32? {
        kill(id, signal)
        try await eventually(within: limit) { !process.isRunning }
        return process.terminationReason == .exit ? process.terminationStatus : nil
    }

    /// How many processes run whose command line holds a text.
    static func count(of text: String) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { pid_t($0) != nil }.filter {
            let line = try? String(contentsOfFile: "/proc/\($0)/cmdline", encoding: .utf8)
            return line?.contains(text) ?? false
        }.count
    }
}

/// A file that takes what a process prints.
struct OutputFile {
    let path = FileManager.default.temporaryDirectory.appending(path: "aviary-\(UUID())").path
    let handle: FileHandle

    init() throws {
        try #require(FileManager.default.createFile(atPath: path, contents: nil))
        handle = try #require(FileHandle(forWritingAtPath: path))
    }

    var text: String {
        get throws { try String(contentsOfFile: path, encoding: .utf8) }
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
}
