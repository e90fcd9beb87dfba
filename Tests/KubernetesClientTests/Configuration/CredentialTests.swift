import Foundation
import KubernetesTesting
import Testing

@testable import KubernetesClient

@Suite("Credentials")
struct CredentialTests {
    private let folder: KubeconfigFolder
    private let clock = ManualClock()

    init() throws { folder = try KubeconfigFolder() }

    /// The credentials of an exec plugin that is this shell script.
    private func plugin(_ script: String, fields: String = "") throws -> any CredentialSource {
        try folder.write("#!/bin/sh\n\(script)\n", to: "plugin", executable: true)
        let path = try folder.kubeconfig(
            user: """
                exec:
                  apiVersion: client.authentication.k8s.io/v1
                  command: ./plugin
                  args: [one, "two words"]
                  env: [{name: FROM_CONFIG, value: yes-it-is}]
                \(fields)
                """)
        return try ClusterConfiguration.load(kubeconfig: path, environment: [:]).credentials
    }

    private static func answer(_ status: String) -> String {
        #"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":\#(status)}"#
    }

    private func error(_ script: String, fields: String = "") async throws -> String {
        let source = try plugin(script, fields: fields)
        let error = await #expect(throws: KubernetesError.self) { try await source.credential() }
        return error?.description ?? ""
    }

    @Test("are printed by a plugin, which gets its arguments, environment and the cluster, and runs once")
    func execPlugin() async throws {
        let log = folder.url.appending(path: "log").path
        let source = try plugin(
            """
            echo "$1|$2|$FROM_CONFIG|$KUBERNETES_EXEC_INFO" >> '\(log)'
            echo '\(Self.answer(#"{"token":"printed"}"#))'
            """, fields: "  provideClusterInfo: true")
        let credentials = try await withThrowingTaskGroup(of: Credential.self) { group in
            for _ in 0..<10 { group.addTask { try await source.credential() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(credentials == Array(repeating: .bearer("printed"), count: 10))
        let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 1)
        #expect(lines.first?.hasPrefix("one|two words|yes-it-is|{") == true)
        #expect(lines.first?.contains(#""server":"https://127.0.0.1:1""#) == true)
        #expect(lines.first?.contains(#""interactive":false"#) == true)
        await source.discard(.bearer("another"))
        _ = try await source.credential()
        #expect(try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").count == 1)
        await source.discard(.bearer("printed"))
        _ = try await source.credential()
        #expect(try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").count == 2)
    }

    @Test("of a plugin are used until they expire")
    func expiry() async throws {
        let script = try folder.write(
            "#!/bin/sh\necho x >> \"$0.log\"\necho '"
                + Self.answer(#"{"token":"t","expirationTimestamp":"2023-11-14T22:13:30Z"}"#) + "'\n",
            to: "plugin", executable: true)
        let start = Date(timeIntervalSince1970: 1_700_000_000)
        let source = ExecPlugin(
            ExecPlugin.Command(
                apiVersion: "client.authentication.k8s.io/v1", command: script, arguments: [],
                environment: [:]),
            now: { [clock] in start.addingTimeInterval(clock.elapsed / .seconds(1)) })
        let runs = {
            try String(contentsOfFile: "\(script).log", encoding: .utf8).split(separator: "\n").count
        }
        _ = try await source.credential()
        clock.advance(by: .seconds(9))
        _ = try await source.credential()
        #expect(try runs() == 1)
        clock.advance(by: .seconds(2))
        _ = try await source.credential()
        #expect(try runs() == 2)
    }

    @Test(
        "that a plugin prints wrongly are refused with what it did",
        arguments: [
            ("echo no; exit 3", "failed"), ("echo bad words >&2; exit 3", "bad words"),
            ("echo nonsense", "something else than an ExecCredential"),
            (
                #"echo '{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential"}'"#,
                "must print an ExecCredential of"
            ),
            ("echo '" + answer("{}") + "'", "neither status.token nor"),
            (
                "echo '" + answer(#"{"token":"t","expirationTimestamp":"soon"}"#) + "'",
                "'soon', which is not a time"
            ),
            ("head -c 2000000 /dev/zero", "cannot be run"),
        ])
    func wrongPlugin(script: String, words: String) async throws {
        #expect(try await error(script).contains(words))
    }

    @Test("of a plugin that is missing are refused with its hint")
    func missingPlugin() async throws {
        let path = try folder.kubeconfig(
            user: """
                exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: no-such-plugin, installHint: get it at x}
                """)
        let source = try ClusterConfiguration.load(kubeconfig: path, environment: [:]).credentials
        let error = await #expect(throws: KubernetesError.self) { try await source.credential() }
        #expect(error?.description.contains("'no-such-plugin' cannot be run") == true)
        #expect(error?.description.hasSuffix("get it at x") == true)
    }

    @Test("of a plugin that hangs are given up, and the plugin's processes ended")
    func hangingPlugin() async throws {
        let script = try folder.write(
            "#!/bin/sh\nsleep 1000 &\necho $! > \"$0.child\"\nwait\n", to: "plugin", executable: true)
        let source = ExecPlugin(
            ExecPlugin.Command(
                apiVersion: "client.authentication.k8s.io/v1", command: script, arguments: [],
                environment: [:]),
            timeout: .seconds(5))
        let error = await #expect(throws: KubernetesError.self) { try await source.credential() }
        #expect(error?.description.contains("has not ended within 5.0 seconds") == true)
        let child = try String(contentsOfFile: "\(script).child", encoding: .utf8)
        let process = try #require(pid_t(child.trimmingCharacters(in: .whitespacesAndNewlines)))
        try await eventually("the plugin's child is gone") { kill(process, 0) != 0 }
    }

    @Test("in a file are read again as they are rotated")
    func tokenFile() async throws {
        let path = try folder.write("one\n", to: "token")
        let source = TokenFile(path, lifetime: .seconds(60), elapsed: { [clock] in clock.elapsed })
        #expect(try await source.credential() == .bearer("one"))
        try folder.write("two\n", to: "token")
        clock.advance(by: .seconds(59))
        #expect(try await source.credential() == .bearer("one"))
        clock.advance(by: .seconds(2))
        #expect(try await source.credential() == .bearer("two"))
        // Refused by the server: read at once.
        try folder.write("three", to: "token")
        await source.discard(.bearer("two"))
        #expect(try await source.credential() == .bearer("three"))
        // Missing for a moment: the old one may still do.
        try FileManager.default.removeItem(atPath: path)
        await source.discard(.bearer("three"))
        #expect(try await source.credential() == .bearer("three"))
    }

    @Test(
        "of a pod lead to the service's address, IPv6 as well",
        arguments: [("10.0.0.1", "https://10.0.0.1:443"), ("fd00::1", "https://[fd00::1]:443")])
    func inCluster(host: String, server: String) async throws {
        for (name, text) in [("token", "t\n"), ("ca.crt", "authority"), ("namespace", "here\n")] {
            try folder.write(text, to: name)
        }
        let environment = ["KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": "443"]
        let inside = try #require(
            try ClusterConfiguration.inCluster(environment: environment, folder: folder.url.path))
        #expect(inside.server == server)
        #expect(inside.namespace == "here")
        #expect(inside.certificateAuthority == Array("authority".utf8))
        #expect(try await inside.credentials.credential() == .bearer("t"))
        #expect(try ClusterConfiguration.inCluster(environment: [:], folder: folder.url.path) == nil)
        try folder.write("  \n", to: "token")
        let error = #expect(throws: KubernetesError.self) {
            try ClusterConfiguration.inCluster(environment: environment, folder: folder.url.path)
        }
        #expect(error?.description.hasSuffix("token is empty") == true)
    }
}
