import Foundation
import Testing

/// The `aviary` that was built together with these tests.
enum BuiltProgram {
    /// Found beside the test bundle, which is in the folder of build products.
    static func path() throws -> String {
        let running = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let folders =
            [running, Bundle.main.bundlePath, CommandLine.arguments[0]]
            + CommandLine.arguments.filter { $0.hasSuffix(".xctest") }
        let found = folders.lazy.flatMap { folder in
            [URL(fileURLWithPath: folder).deletingLastPathComponent(), URL(fileURLWithPath: folder)]
        }
        .map { $0.appending(path: "aviary").path }
        .first { FileManager.default.isExecutableFile(atPath: $0) }
        return try #require(found, "no aviary beside the test bundle: \(folders)")
    }
}
