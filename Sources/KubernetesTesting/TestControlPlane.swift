import Foundation
public import KubernetesClient
import Subprocess

/// A real control plane that `Scripts/kubernetes-test-env` starts for the tests of one process.
///
/// It ends with the process. When it can't be started, whoever asks for it gets the error: tests fail, they don't skip.
public struct TestControlPlane: Sendable {
    /// Why the control plane is not there.
    public struct Failure: Error, CustomStringConvertible {
        /// The words of the script.
        public let description: String
    }

    /// The kubeconfig of an administrator.
    public let kubeconfig: String
    /// Its folder: certificates, logs.
    public let folder: String

    /// The control plane that all tests of this process share; started by the first that asks.
    public static var shared: TestControlPlane {
        get async throws { try await SharedStart.instance.controlPlane() }
    }

    /// Starts one for a test that breaks it; ends with the process, or by ``stop()``.
    public static func start(nodes: Int = 1) async throws -> TestControlPlane {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "aviary-test-\(getpid())-\(UInt32.random(in: .min ... .max))"
        ).path
        let output = try await script([
            "start", "--dir", folder, "--nodes", "\(nodes)", "--parent", "\(getpid())", "--timeout", "180",
        ])
        guard let path = output.split(separator: "\n").last.map(String.init) else {
            throw Failure(description: "kubernetes-test-env start printed no path")
        }
        return TestControlPlane(kubeconfig: path, folder: folder)
    }

    /// Ends it and removes its files.
    public func stop() async throws { _ = try await Self.script(["stop", "--dir", folder]) }

    /// Ends the API server alone: an outage.
    public func stopServer() async throws { _ = try await Self.script(["stop-apiserver", "--dir", folder]) }

    /// Ends an outage: same address, same data.
    public func startServer() async throws {
        _ = try await Self.script(["start-apiserver", "--dir", folder])
    }

    /// The administrator's configuration.
    public var configuration: ClusterConfiguration {
        get throws { try ClusterConfiguration.load(kubeconfig: kubeconfig, environment: [:]) }
    }

    /// Runs work with a client, and closes it.
    public func withClient<Value>(
        policy: ClientPolicy = ClientPolicy(requestsPerSecond: nil),
        _ work: (KubernetesClient) async throws -> Value
    ) async throws -> Value {
        let client = try KubernetesClient(try configuration, policy: policy, userAgent: "aviary/test")
        do {
            let value = try await work(client)
            await client.shutdown()
            return value
        } catch {
            await client.shutdown()
            throw error
        }
    }

    private static func script(_ arguments: [String]) async throws -> String {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Scripts/kubernetes-test-env").path
        let ended = try await Subprocess.run(
            .path(.init(script)), arguments: Arguments(arguments), input: .none,
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        guard ended.terminationStatus.isSuccess else {
            throw Failure(
                description: "\(script) \(arguments[0]): \(ended.terminationStatus): \(ended.standardError)")
        }
        return ended.standardOutput
    }
}

/// Starts the shared control plane once, whoever asks first.
private actor SharedStart {
    static let instance = SharedStart()
    private var start: Task<TestControlPlane, any Error>?

    func controlPlane() async throws -> TestControlPlane {
        let start = start ?? Task { try await TestControlPlane.start() }
        self.start = start
        return try await start.value
    }
}
