import ArgumentParser
import Foundation

/// `aviary apply FILE…`.
struct ApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Deploy what a file says to a running `aviary run`.",
        discussion: """
            EXAMPLES
              aviary apply podinfo.yaml
              sed 's/1.0.0/2.0.0/' podinfo.yaml | aviary apply -
            """)

    @Argument(help: ArgumentHelp("Files to apply; - reads standard input.", valueName: "file"))
    var files: [String]
    @OptionGroup var server: ServerOptions

    func run() async throws {
        for file in files {
            let data = try Self.read(file)
            let folder =
                file == "-"
                ? FileManager.default.currentDirectoryPath
                : URL(fileURLWithPath: file).standardizedFileURL.deletingLastPathComponent().path
            let answer = try await server.client.send(
                "POST", "/api/apply?folder=\(queryEscaped(folder))", body: data)
            for name in try JSONDecoder().decode([String].self, from: answer) { print("\(name) applied") }
        }
    }

    private static func read(_ file: String) throws -> Data {
        do {
            return file == "-"
                ? try FileHandle.standardInput.readToEnd() ?? Data()
                : try Data(contentsOf: URL(fileURLWithPath: file))
        } catch {
            throw DaemonClient.Failure(description: "\(file): can't be read: \(error.localizedDescription)")
        }
    }
}
