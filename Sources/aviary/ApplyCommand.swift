import ArgumentParser
import FlaggerAPI
import Foundation
import Standalone

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
        var applied: [String] = []
        for file in files {
            let data = try Self.read(file)
            let folder =
                file == "-"
                ? FileManager.default.currentDirectoryPath
                : URL(fileURLWithPath: file).standardizedFileURL.deletingLastPathComponent().path
            let answer = try await server.client.send(
                "POST", "/api/apply?folder=\(queryEscaped(folder))", body: data)
            let names = try JSONDecoder().decode([String].self, from: answer)
            applied += names
            guard server.output == .text else { continue }
            for name in names { try StandardOutput.print("\(name) applied") }
        }
        guard server.output == .json else { return }
        let canaries = try await server.client.canaries().map(\.canary).filter { canary in
            applied.contains(
                "\(Canary.kind)/\(CanaryKey(namespace: canary.metadata.namespace, name: canary.metadata.name))"
            )
        }
        try StandardOutput.print(json: canaries)
    }

    private static func read(_ file: String) throws -> Data {
        do {
            return Data(try ManifestFile.text(of: file).utf8)
        } catch {
            throw DaemonClient.Failure(description: "\(file): error: \(error) (fix: \(error.fix))")
        }
    }
}
