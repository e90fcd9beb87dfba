import Foundation
import Testing

/// The example with every kind of webhook, as users find it in the repository.
struct ExampleTests {
    private static let file = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Examples/webhooks.yaml")

    /// The example at a free port and a short interval; nothing else of it is changed.
    private func example(port: Int) throws -> String {
        let text = try String(contentsOf: Self.file, encoding: .utf8)
        try #require(text.contains("interval: 20s") && text.contains("port: 9898"))
        return text.replacing("interval: 20s", with: "interval: 2s").replacing("9898", with: "\(port)")
    }

    @Test("the example of all webhooks runs as it is: every hook passes, and its version is promoted")
    func webhooks() async throws {
        try await HookServer.run { hooks in
            var manifest = Manifest(port: try FreePort.next())
            manifest.command = ["aviary", "sample-app", "--port", "$(PORT)", "--app-version", "0.9.0"]
            let receiver = "127.0.0.1:\(hooks.port)"
            let names = ["telegram.bot=\(receiver)", "event-receiver.notifications=\(receiver)"]
            let arguments = names.flatMap { ["--resolve", $0] }
            try await RunningAviary.run(manifest, arguments: arguments) { aviary in
                try await aviary.reach("Initialized")
                try example(port: manifest.port).write(
                    toFile: "\(aviary.folder)/\(Manifest.fileName)", atomically: true, encoding: .utf8)
                try await aviary.reach("Succeeded", within: .seconds(120))
                try await aviary.hear("Promotion completed!")
                try await eventually("the receiver was not told of the end") {
                    hooks.calls(of: "echo").last?.metadata["eventMessage"]?.hasPrefix("Promotion completed!")
                        == true
                }
                let called = try aviary.lines().filter { $0.kind == "hook" }
                let passed = Set(called.filter { $0.passed == true }.compactMap(\.name))
                #expect(
                    passed == [
                        "start gate", "acceptance test", "load test", "traffic increase gate",
                        "promotion gate", "notify", "send to Slack",
                    ])
                let refused = Set(called.filter { $0.passed == false }.compactMap(\.name))
                #expect(refused == ["rollback gate"])
                let notified = try #require(hooks.calls(of: "").last)
                #expect(notified.phase == "Succeeded" && notified.metadata == ["some": "message"])
                #expect(hooks.calls(of: "echo").last?.metadata["cluster"] == "flagger-test")
                #expect(try await aviary.versions(of: manifest) == ["1.0.0"])
            }
        }
    }
}
