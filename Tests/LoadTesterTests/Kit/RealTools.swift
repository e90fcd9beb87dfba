import Foundation
import Testing

/// The programs that tasks are made for, as this machine has them.
enum RealTools {
    /// A PATH on which `helm` and `kubectl` of today come first.
    static func path() throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let script = root.appending(path: "Scripts/kubernetes-test-env").path
        let inherited = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        guard FileManager.default.isExecutableFile(atPath: script) else { return inherited }
        let process = Process()
        process.executableURL = URL(filePath: script)
        process.arguments = ["tools"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let folder = try #require(
            text.split(separator: "\n").last, "Scripts/kubernetes-test-env tools printed no folder")
        return "\(folder):\(inherited)"
    }
}
