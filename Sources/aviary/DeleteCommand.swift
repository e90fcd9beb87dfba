import ArgumentParser
import FlaggerAPI
import Standalone

/// `aviary delete canary NAME…` and `aviary delete -f FILE`.
struct DeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete canaries of a running `aviary run` with their targets.",
        discussion: """
            Ends when the processes have ended. What was kept of a canary goes with it, its history a week later. A
            canary that comes from a file given to `aviary run` stays away until that file changes, or until it is
            applied again.

            EXAMPLES
              aviary delete canary podinfo -n test
              aviary delete -f podinfo.yaml
            """)

    @Argument(help: ArgumentHelp("canary, and the names of canaries.", valueName: "canary NAME"))
    var words: [String] = []
    @Option(name: .shortAndLong, help: "Their namespace (default: default, or what the file says).")
    var namespace: String?
    @Option(name: [.customShort("f"), .customLong("filename")], help: "Delete the canaries of this file.")
    var files: [String] = []
    @Flag(help: "End with success for a canary that is not there.") var ignoreNotFound = false
    @OptionGroup var server: ServerOptions

    private static let kinds = ["canary", "canaries", "canary.flagger.app", "canaries.flagger.app"]

    func validate() throws {
        guard files.isEmpty else {
            if !words.isEmpty { throw ValidationError("name canaries or give -f FILE, not both") }
            return
        }
        guard let kind = words.first else {
            throw ValidationError("say what to delete: aviary delete canary NAME -n NAMESPACE")
        }
        guard Self.kinds.contains(kind.lowercased()) else {
            throw ValidationError("only canaries can be deleted: aviary delete canary NAME, not \(kind)")
        }
        guard words.count > 1 else { throw ValidationError("name the canary: aviary delete canary NAME") }
    }

    func run() async throws {
        let keys =
            try files.isEmpty
            ? words.dropFirst().map { CanaryKey(namespace: namespace ?? "default", name: $0) }
            : Self.canaries(of: files)
        if let namespace, let other = keys.first(where: { $0.namespace != namespace }) {
            throw DaemonClient.Failure(
                description: "\(other) is not in namespace \(namespace): leave out -n, or name the canaries")
        }
        let known = Set(
            try await server.client.canaries().map {
                CanaryKey(namespace: $0.canary.metadata.namespace, name: $0.canary.metadata.name)
            })
        for key in keys {
            if ignoreNotFound, !known.contains(key) { continue }
            try await server.client.delete(key)
            switch server.output {
            case .text: try StandardOutput.print("Canary/\(key) deleted")
            case .json:
                try StandardOutput.print(
                    try DoneLine(canary: key.name, namespace: key.namespace, result: "deleted").json())
            }
        }
    }

    private static func canaries(of files: [String]) throws -> [CanaryKey] {
        let manifest = Manifest.load(files: files, options: ValidationOptions(requiresProcess: false))
        let keys = manifest.canaries.map {
            CanaryKey(namespace: $0.metadata.namespace, name: $0.metadata.name)
        }
        if keys.isEmpty {
            let problems = manifest.diagnostics.filter { $0.severity == .error }.map(\.description)
            throw DaemonClient.Failure(
                description: problems.isEmpty
                    ? "\(files.joined(separator: ", ")): there is no Canary in it"
                    : problems.joined(separator: "\n"))
        }
        return keys
    }
}
