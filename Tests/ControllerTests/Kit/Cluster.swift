import Foundation
import JSON
import KubernetesClient
import KubernetesTesting
import Subprocess
import Testing

/// The control plane that the tests of this process share, with the CRDs, and kubectl as a user has it.
struct TestCluster: Sendable {
    let plane: TestControlPlane

    static var shared: TestCluster {
        get async throws {
            let cluster = TestCluster(plane: try await .shared)
            try await Definitions.shared.install(with: cluster)
            return cluster
        }
    }

    static var repository: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
    }

    /// Installs the CRDs of the chart.
    func installDefinitions() async throws {
        let folder = Self.repository.appending(path: "Charts/aviary/crds")
        for name in ["canaries", "metrictemplates", "alertproviders"] {
            try await kubectl("apply", "-f", folder.appending(path: "\(name).yaml").path)
        }
        try await establish("crd/canaries.flagger.app")
    }

    /// Installs definitions of the providers' kinds: all of them, or those of one file.
    func installProviders(_ file: String? = nil) async throws {
        var url = Self.repository.appending(path: "Tests/ControllerTests/Resources/CRDs")
        if let file { url.append(path: "\(file).yaml") }
        try await kubectl("apply", "--filename", url.path)
        try await establish("--filename", url.path)
    }

    /// Waits until the server serves the kinds of definitions. One that is quite new has no conditions yet, which
    /// kubectl takes for an error.
    private func establish(_ definitions: String...) async throws {
        let arguments =
            ["--kubeconfig", plane.kubeconfig, "wait", "--for=condition=established", "--timeout=60s"]
            + definitions
        try await eventually(within: .seconds(120)) {
            (try? await Self.run("kubectl", arguments)) != nil
        }
    }

    /// Runs kubectl; fails the test when it fails.
    @discardableResult
    func kubectl(_ arguments: String...) async throws -> String {
        try await Self.run("kubectl", ["--kubeconfig", plane.kubeconfig] + arguments)
    }

    /// Renders a chart of this repository as it would be installed; fails the test when that fails.
    static func render(chart: String, _ arguments: String...) async throws -> String {
        let folder = repository.appending(path: "Charts/\(chart)").path
        return try await run("helm", ["template", "release", folder] + arguments)
    }

    private static func run(_ tool: String, _ arguments: [String]) async throws -> String {
        let ended = try await Subprocess.run(
            .path(.init("\(try await Tools.shared.found())/\(tool)")), arguments: Arguments(arguments),
            input: .none, output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        guard ended.terminationStatus.isSuccess else {
            throw ToolFailure(description: "\(tool) \(arguments): \(ended.standardError)")
        }
        return ended.standardOutput
    }

    /// A tool that said no.
    private struct ToolFailure: Error, CustomStringConvertible {
        let description: String
    }
}

/// Installs the CRDs once.
private actor Definitions {
    static let shared = Definitions()
    private var installation: Task<Void, any Error>?

    func install(with cluster: TestCluster) async throws {
        let installation =
            installation
            ?? Task { try await cluster.installDefinitions() }
        self.installation = installation
        try await installation.value
    }
}

/// Where kubectl and helm are.
private actor Tools {
    static let shared = Tools()
    private var folder: String?

    func found() async throws -> String {
        if let folder { return folder }
        let script = TestCluster.repository.appending(path: "Scripts/kubernetes-test-env").path
        let ended = try await Subprocess.run(
            .path(.init(script)), arguments: ["tools"], input: .none, output: .string(limit: 4096),
            error: .string(limit: 4096))
        let found = ended.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
        folder = found
        return found
    }
}
