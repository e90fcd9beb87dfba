import Foundation
import Testing

/// Alerts reach their providers, and nothing waits for them.
struct AlertTests {
    private static let token = "T0K3N-IN-THE-ADDRESS"

    /// A canary that a hook fails, with alerts to two providers whose addresses are in secrets.
    private func manifest(_ server: HookServer) throws -> Manifest {
        var manifest = Manifest(port: try FreePort.next())
        manifest.analysis = [
            "threshold: 1", "maxWeight: 50", "stepWeight: 25",
            "alerts: [{name: all, providerRef: {name: chat}}, "
                + "{name: pager, severity: error, providerRef: {name: pager, namespace: ops}}]",
        ]
        manifest.hooks = [server.hook("rollout")]
        manifest.others = [
            provider("chat", "test", "type: slack, channel: releases, secretRef: {name: chat}"),
            provider("pager", "ops", "type: msteams, secretRef: {name: pager}"),
            """
            apiVersion: v1
            kind: Secret
            metadata: {name: chat, namespace: test}
            stringData: {address: "\(server.url("slack/\(Self.token)"))", token: xoxb-\(Self.token)}
            """,
            """
            apiVersion: v1
            kind: Secret
            metadata: {name: pager, namespace: ops}
            data: {address: "\(Data(server.url("teams").utf8).base64EncodedString())"}
            """,
        ]
        return manifest
    }

    private func provider(_ name: String, _ namespace: String, _ spec: String) -> String {
        """
        apiVersion: flagger.app/v1beta1
        kind: AlertProvider
        metadata: {name: \(name), namespace: \(namespace)}
        spec: {\(spec)}
        """
    }

    private func texts(_ server: HookServer) -> [String] {
        struct Message: Decodable {
            var attachments: [Attachment]
            struct Attachment: Decodable { var text: String }
        }
        return server.calls(of: "slack/\(Self.token)").compactMap { call in
            try? JSONDecoder().decode(Message.self, from: Data(call.body.utf8)).attachments[0].text
        }
    }

    private static let story = [
        "New Process detected, initialization completed.",
        "New revision detected, progressing canary analysis.",
        "Failed checks threshold reached 1",
    ]

    @Test("a rollback is told in order, each provider hears its severity, and no credential is kept or shown")
    func rollback() async throws {
        try await HookServer.run { server in
            server.answer("rollout", .status(500, body: "broken"))
            var manifest = try manifest(server)
            try await RunningAviary.run(manifest) { aviary in
                try await aviary.reach("Initialized")
                manifest.version = "2.0.0"
                try aviary.save(manifest)
                try await aviary.reach("Failed")
                try await eventually { texts(server) == Self.story && server.calls(of: "teams").count == 1 }
                let call = try #require(server.calls(of: "slack/\(Self.token)").last)
                #expect(call.headers["authorization"] == "Bearer xoxb-\(Self.token)")
                #expect(call.body.contains(#""channel":"releases""#))
                #expect(call.body.contains(#""color":"danger""#))
                #expect(server.calls(of: "slack/\(Self.token)")[1].body.contains("Process/podinfo.test"))
                #expect(
                    server.calls(of: "teams")[0].body.contains(
                        #""activityTitle":"Failed checks threshold reached 1""#))

                // Told once the answers are there.
                var receipts: [FeedLine] = []
                try await eventually("told: \(receipts)") {
                    receipts = try aviary.lines().filter { $0.hookType == "alert" }
                    return receipts.compactMap(\.name).sorted() == ["all", "all", "all", "pager"]
                }
                #expect(receipts.allSatisfy { $0.passed == true && $0.status == 200 })
                let events = try await aviary.command([
                    "get", "events", "podinfo", "-n", "test", "--output", "json",
                ])
                #expect(events.output.contains("slack chat.test"))
                let shown = aviary.program.output + aviary.program.errors + events.output + events.errors
                #expect(!shown.contains(Self.token))
                #expect(try await aviary.terminate() == 0)
                for file in try FileManager.default.subpathsOfDirectory(atPath: aviary.folder + "/data") {
                    let bytes = FileManager.default.contents(atPath: "\(aviary.folder)/data/\(file)")
                    #expect(bytes?.range(of: Data(Self.token.utf8)) == nil, "\(file)")
                }
            }
        }
    }

    @Test("a receiver that never answers delays nothing, and what it missed arrives in order after a kill -9")
    func slowReceiver() async throws {
        try await HookServer.run { server in
            server.answer("rollout", .status(500))
            server.answer("slack/\(Self.token)", .hang)
            var manifest = try manifest(server)
            try await RunningAviary.run(manifest) { aviary in
                try await aviary.reach("Initialized")
                manifest.version = "2.0.0"
                try aviary.save(manifest)
                try await aviary.reach("Failed")
                // The other provider was not held up, and the first alert of this one still waits for its answer.
                try await eventually { server.calls(of: "teams").count == 1 }
                #expect(Set(texts(server)) == [Self.story[0]])
                #expect(try aviary.lines().filter { $0.hookType == "alert" && $0.name == "all" }.isEmpty)
                try await aviary.killHard()
                server.answer("slack/\(Self.token)", .status(200, body: "ok"))
                server.forget()
                try await aviary.startAgain()
                try await eventually { texts(server) == Self.story }
            }
        }
    }

    @Test("a provider without its secret is told at the start, with the fix")
    func missingSecret() async throws {
        try await HookServer.run { server in
            var manifest = try manifest(server)
            manifest.others.removeLast()
            try await withTemporaryFolder { folder in
                try manifest.write(into: folder)
                let arguments = ["run", "\(folder)/\(Manifest.fileName)", "--listen", "127.0.0.1:0"]
                let result = try await RunningAviary.command(
                    arguments + ["--data-dir", "\(folder)/data"], folder: folder)
                #expect(result.exitCode != 0)
                #expect(result.errors.contains("alert provider pager.ops needs the secret pager.ops"))
                #expect(result.errors.contains("--secrets-dir"))
                #expect(!result.errors.contains(Self.token))
            }
        }
    }

    @Test("a provider is applied to a running daemon, and a secret is not")
    func apply() async throws {
        try await HookServer.run { server in
            var manifest = Manifest(port: try FreePort.next())
            manifest.analysis.append("alerts: [{name: all, providerRef: {name: chat}}]")
            manifest.others = [provider("chat", "test", "type: rocket, address: \"\(server.url("old"))\"")]
            try await RunningAviary.run(manifest) { aviary in
                try await aviary.reach("Initialized")
                try await eventually { server.calls(of: "old").count == 1 }
                let file = "\(aviary.folder)/change.yaml"
                try provider("chat", "test", "type: rocket, address: \"\(server.url("new"))\"")
                    .write(toFile: file, atomically: true, encoding: .utf8)
                let applied = try await aviary.command(["apply", file])
                #expect(applied.exitCode == 0, "\(applied)")
                manifest.version = "2.0.0"
                try aviary.save(manifest)
                try await eventually { !server.calls(of: "new").isEmpty }
                #expect(server.calls(of: "old").count == 1)

                try "apiVersion: v1\nkind: Secret\nmetadata: {name: chat}\nstringData: {address: s3cr3t}\n"
                    .write(toFile: file, atomically: true, encoding: .utf8)
                let refused = try await aviary.command(["apply", file])
                #expect(refused.exitCode != 0)
                #expect(refused.errors.contains("--secrets-dir") && !refused.errors.contains("s3cr3t"))
            }
        }
    }
}
