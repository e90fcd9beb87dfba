import Foundation
import Subprocess

extension TestControlPlane {
    /// Runs the `kubectl` of the machine as the administrator.
    ///
    /// - Returns: what it printed.
    /// - Throws: ``Failure`` with its error output when it fails.
    @discardableResult
    public func kubectl(_ arguments: String...) async throws -> String {
        let ended = try await Subprocess.run(
            .name("kubectl"), arguments: Arguments(["--kubeconfig", kubeconfig] + arguments), input: .none,
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        guard ended.terminationStatus.isSuccess else {
            throw Failure(
                description: "kubectl \(arguments.joined(separator: " ")): \(ended.standardError)")
        }
        return ended.standardOutput
    }

    /// Applies definitions of kinds and waits until they are served.
    ///
    /// - Parameter path: a file or folder, from the root of this repository.
    public func installDefinitions(_ path: String) async throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = root.appending(path: path).path
        try await kubectl("apply", "--filename", file)
        try await kubectl("wait", "--for=condition=established", "--timeout=60s", "--filename", file)
    }
}
