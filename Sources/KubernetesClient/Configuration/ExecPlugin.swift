import Foundation
import JSON
import Subprocess
import Timing

/// A program that prints credentials (client.authentication.k8s.io), as kubeconfig files of cloud providers name it.
actor ExecPlugin: CredentialSource {
    /// How the program is started.
    struct Command: Sendable, Hashable {
        var apiVersion: String
        var command: String
        var arguments: [String]
        var environment: [String: String]
        /// What the kubeconfig tells to do when the program is missing.
        var installHint: String?
        /// The cluster, for programs that ask for it.
        var cluster: JSONValue?
    }

    static let apiVersions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"]

    private let command: Command
    private let timeout: Duration
    private let now: @Sendable () -> Date
    private var held: (credential: Credential, expires: Date?)?
    private var running: Task<(Credential, Date?), any Error>?

    /// - Parameter timeout: the program is killed after that.
    init(
        _ command: Command, timeout: Duration = .seconds(60), now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.command = command
        self.timeout = timeout
        self.now = now
    }

    /// The credentials last printed until they expire; then the program runs again, once for all who ask meanwhile.
    func credential() async throws -> Credential {
        if let held, held.expires.map({ now() < $0 }) ?? true { return held.credential }
        let run = running ?? Task { [command, timeout] in try await Self.run(command, timeout: timeout) }
        running = run
        do {
            let (credential, expires) = try await run.value
            if running == run { (running, held) = (nil, (credential, expires)) }
            return credential
        } catch {
            if running == run { running = nil }
            throw error
        }
    }

    func discard(_ credential: Credential) {
        if held?.credential == credential { held = nil }
    }

    private static func run(_ command: Command, timeout: Duration) async throws -> (Credential, Date?) {
        let name = "the credential plugin '\(command.command)'"
        do {
            return try await withDeadline(timeout) { try await output(of: command, name: name) }
        } catch is DeadlineExceeded {
            throw KubernetesError.configuration("\(name) has not ended within \(timeout)")
        } catch let error as KubernetesError {
            throw error
        } catch {
            let hint = command.installHint.map { "\n\($0)" } ?? ""
            throw KubernetesError.configuration("\(name) cannot be run: \(error)\(hint)")
        }
    }

    private static func output(of command: Command, name: String) async throws -> (Credential, Date?) {
        var environment = command.environment
        environment["KUBERNETES_EXEC_INFO"] = info(for: command)
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [
            .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .milliseconds(500)),
            .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .milliseconds(500)),
        ]
        let additions = environment.map { (Environment.Key(stringLiteral: $0.key), Optional($0.value)) }
        let ended = try await Subprocess.run(
            command.command.contains("/") ? .path(.init(command.command)) : .name(command.command),
            arguments: Arguments(command.arguments),
            environment: .inherit.updating(Dictionary(uniqueKeysWithValues: additions)),
            platformOptions: options, input: .none, output: .bytes(limit: 1 << 20),
            error: .string(limit: 1 << 16))
        guard ended.terminationStatus.isSuccess else {
            let words = ended.standardError.trimmingCharacters(in: .whitespacesAndNewlines)
            throw KubernetesError.configuration(
                "\(name) failed (\(ended.terminationStatus)): \(words.prefix(2000))")
        }
        return try credential(in: ended.standardOutput, of: command, name: name)
    }

    private static func info(for command: Command) -> String {
        var spec: [String: JSONValue] = ["interactive": .bool(false)]
        spec["cluster"] = command.cluster
        return JSONValue.object([
            "apiVersion": .string(command.apiVersion), "kind": .string("ExecCredential"),
            "spec": .object(spec),
        ]).text(sortingKeys: true)
    }

    private static func credential(
        in output: [UInt8], of command: Command, name: String
    ) throws(KubernetesError) -> (Credential, Date?) {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: output)
        } catch {
            throw .configuration("\(name) printed something else than an ExecCredential: \(error)")
        }
        guard json["kind"]?.string == "ExecCredential", json["apiVersion"]?.string == command.apiVersion
        else {
            throw .configuration("\(name) must print an ExecCredential of \(command.apiVersion)")
        }
        let status = json["status"]
        var credential = Credential()
        if let token = status?["token"]?.string, !token.isEmpty { credential = .bearer(token) }
        if let certificate = status?["clientCertificateData"]?.string,
            let key = status?["clientKeyData"]?.string
        {
            credential.identity = ClientIdentity(certificates: Array(certificate.utf8), key: Array(key.utf8))
        }
        guard credential != .none else {
            throw .configuration(
                "\(name) printed neither status.token nor status.clientCertificateData with its key")
        }
        guard let text = status?["expirationTimestamp"]?.string else { return (credential, nil) }
        let styles = [false, true].map { Date.ISO8601FormatStyle(includingFractionalSeconds: $0) }
        guard let expires = styles.lazy.compactMap({ try? $0.parse(text) }).first else {
            throw .configuration(
                "\(name) printed the expirationTimestamp '\(text)', which is not a time (RFC 3339)")
        }
        return (credential, expires)
    }
}
