import Foundation
import Testing

/// With `--token-file`, nobody without a token gets in; the daemon's own hooks do.
@Suite(.serialized)
struct TokenTests {
    private static let tokens = """
        viewer check token-of-viewer-012345
        operator operate,check token-of-operator-012345
        deployer execute,check token-of-deployer-012345
        """

    private static func environment(_ name: String) -> [String: String] {
        ["AVIARY_TOKEN": "token-of-\(name)-012345"]
    }

    private func command(
        _ aviary: RunningAviary, as name: String?, _ arguments: String...
    ) async throws -> CommandResult {
        var environment = name.map(Self.environment) ?? [:]
        environment["AVIARY_SERVER"] = try aviary.url("")
        return try await RunningAviary.command(arguments, environment: environment, folder: aviary.folder)
    }

    @Test("hooks at the load tester of the same daemon need no token, all other callers do")
    func ownHooks() async throws {
        var manifest = Manifest(port: try FreePort.next())
        manifest.hooks = [
            .init(name: "gate", type: "confirm-rollout", url: "http://flagger-loadtester.test/gate/check"),
            .init(
                name: "smoke", type: "pre-rollout", url: "http://flagger-loadtester.test/", timeout: "20s",
                metadata: ["type": "bash", "cmd": "echo fine"]),
        ]
        try await RunningAviary.run(
            manifest, arguments: ["--token-file", "tokens", "--allow-command", "echo [a-z]+"],
            files: ["tokens": Self.tokens]
        ) { aviary in
            try await aviary.reach("Initialized")
            manifest.version = "2.0.0"
            try aviary.save(manifest)
            try await aviary.reach("Waiting")
            for name in [nil, "viewer", "deployer"] {
                let refused = try await command(aviary, as: name, "gate", "open", "podinfo", "-n", "test")
                #expect(refused.exitCode == 1)
            }
            let abort = try await command(aviary, as: "viewer", "abort", "podinfo", "-n", "test")
            #expect(abort.exitCode == 1)
            #expect(abort.errors.contains("lacks the role operate"), "\(abort.errors)")
            #expect(try aviary.phase() == "Waiting")
            let opened = try await command(aviary, as: "operator", "gate", "open", "podinfo", "-n", "test")
            #expect(opened.exitCode == 0, "\(opened.errors)")
            try await aviary.reach("Succeeded")
            #expect(!aviary.program.errors.contains("token-of"))
        }
    }

    @Test("every path of the API but /healthz asks for a token, and apply for the role execute")
    func everyPath() async throws {
        let manifest = Manifest(port: try FreePort.next())
        try await RunningAviary.run(
            manifest, arguments: ["--token-file", "tokens"], files: ["tokens": Self.tokens]
        ) { aviary in
            #expect(try await Web.get(try aviary.url("/healthz")).status == 200)
            let canary = "/api/namespaces/test/canaries/podinfo"
            for path in [
                "/metrics", "/api/canaries", canary, canary + "/history", "/api/feed", "/gates", "/tasks",
            ] {
                let answer = try await Web.get(try aviary.url(path))
                #expect(answer.status == 401, "\(path)")
                #expect(answer.headers["www-authenticate"] == "Bearer realm=\"aviary\"")
            }
            for path in [
                "/api/apply?folder=/", canary + "/pause", canary + "/resume", canary + "/abort", "/",
            ] {
                #expect(try await Web.post(try aviary.url(path), "{}").status == 401, "\(path)")
            }
            var changed = manifest
            changed.version = "2.0.0"
            let file = "\(aviary.folder)/changed.yaml"
            try changed.text().write(toFile: file, atomically: true, encoding: .utf8)
            let byOperator = try await command(aviary, as: "operator", "apply", file)
            #expect(byOperator.exitCode == 1)
            #expect(byOperator.errors.contains("lacks the role execute"), "\(byOperator.errors)")
            let byDeployer = try await command(aviary, as: "deployer", "apply", file)
            #expect(byDeployer.exitCode == 0, "\(byDeployer.errors)")
            let listed = try await command(aviary, as: "viewer", "get", "canaries")
            #expect(listed.exitCode == 0 && listed.output.contains("podinfo"))
        }
    }
}
