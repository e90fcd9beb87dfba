import Foundation
import Testing

/// Webhooks carry signatures and traces where they are asked for, and nothing more where they are not.
struct SignatureTests {
    private static let secret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"

    /// What Python's `hmac` makes of a call.
    private func signature(of call: HookServer.Call) throws -> String {
        let script = """
            import base64, hashlib, hmac, sys
            key = base64.b64decode(sys.argv[1].removeprefix("whsec_"))
            text = f"{sys.argv[2]}.{sys.argv[3]}.".encode() + sys.argv[4].encode()
            print("v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode())
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "python3", "-c", script, Self.secret, call.headers["webhook-id"] ?? "",
            call.headers["webhook-timestamp"] ?? "", call.body,
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test(
        "every hook of a canary is signed and in the rollout's trace; a promoted revision's next has another")
    func signed() async throws {
        try await HookServer.run { server in
            try await withTemporaryFolder { secrets in
                let folder = "\(secrets)/test/hooks"
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                try (Self.secret + "\n").write(toFile: "\(folder)/secret", atomically: true, encoding: .utf8)
                var manifest = Manifest(port: try FreePort.next())
                manifest.annotations = ["aviary/webhook-secret": "hooks", "aviary/traceparent": "true"]
                manifest.hooks = [
                    server.hook("confirm-rollout"), server.hook("event"), server.hook("post-rollout"),
                ]
                try await RunningAviary.run(manifest, arguments: ["--secrets-dir", secrets]) { aviary in
                    try await aviary.reach("Initialized")
                    try await aviary.hear("Initialization done")
                    for version in ["2.0.0", "3.0.0"] {
                        manifest.version = version
                        try aviary.save(manifest)
                        try await aviary.hear("New revision detected", times: version == "2.0.0" ? 1 : 2)
                        try await aviary.reach("Succeeded")
                    }
                    try await eventually { server.calls(of: "post-rollout").count == 2 }
                }
                let calls = server.calls()
                for call in calls { #expect(try signature(of: call) == call.headers["webhook-signature"]) }
                #expect(Set(calls.compactMap { $0.headers["webhook-id"] }).count == calls.count)
                let traces = server.calls(of: "confirm-rollout").compactMap {
                    $0.headers["traceparent"]?.prefix(35)
                }
                #expect(traces.count == 2 && Set(traces).count == 2)
                let last = server.calls(of: "post-rollout").compactMap {
                    $0.headers["traceparent"]?.prefix(35)
                }
                #expect(last == traces)
                #expect(Set(calls.compactMap { $0.headers["traceparent"] }).count == calls.count)
            }
        }
    }

    @Test("no header is added when neither is asked for")
    func unsigned() async throws {
        try await HookServer.run { server in
            var manifest = Manifest(port: try FreePort.next())
            manifest.hooks = [server.hook("event")]
            try await RunningAviary.run(manifest) { aviary in
                try await eventually { !server.calls(of: "event").isEmpty }
            }
            #expect(
                Set(server.calls(of: "event").flatMap { $0.headers.keys })
                    == ["host", "content-type", "content-length", "user-agent"])
        }
    }
}
