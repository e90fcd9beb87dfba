import AsyncHTTPClient
import Foundation
import NIOCore
import Testing

/// What scripts read from the daemon.
struct FeedTests {
    @Test("the feed, the history and the output of the daemon tell the same, and metrics keep their names")
    func sameEverywhere() async throws {
        try await HookServer.run { hooks in
            var manifest = Manifest(port: try FreePort.next())
            manifest.hooks = [hooks.hook("pre-rollout")]
            try await RunningAviary.run(manifest) { aviary in
                try await aviary.reach("Initialized")
                try await eventually { try aviary.lines().last?.kind == "alert" }
                let first = try #require(try aviary.lines().compactMap(\.id).max())
                let feed = try await HTTPClient.shared.execute(
                    HTTPClientRequest(url: try aviary.url("/api/feed")), timeout: .seconds(300))
                manifest.version = "2.0.0"
                try aviary.save(manifest)
                var text = ""
                for try await part in feed.body {
                    text += String(buffer: part)
                    if text.contains("Promotion completed!"), text.hasSuffix("\n") { break }
                }
                let streamed = try FeedLine.all(in: text)
                try await eventually { try aviary.lines().contains { $0.id == streamed.last?.id } }
                let told = try aviary.lines().filter { line in
                    line.id.map { $0 > first && $0 <= streamed.last?.id ?? 0 } ?? false
                }
                #expect(streamed == told)
                let path = "/api/namespaces/test/canaries/podinfo/history?after=\(first)"
                let kept = try await Web.get(try aviary.url(path)).body
                let history = try JSONDecoder().decode([FeedLine].self, from: Data(kept.utf8))
                #expect(Array(history.prefix(told.count)) == told)
                try await expectMetrics(aviary)
            }
        }
    }

    private func expectMetrics(_ aviary: RunningAviary) async throws {
        let metrics = try await Web.get(try aviary.url("/metrics")).body
        #expect(metrics.contains(#"flagger_canary_status{name="podinfo",namespace="test"} 1"#))
        #expect(metrics.contains(#"flagger_canary_weight{workload="podinfo-primary",namespace="test"} 100"#))
        #expect(metrics.contains(#"flagger_canary_total{namespace="test"} 1"#))
        #expect(metrics.contains("flagger_canary_duration_seconds_count"))
        let health = try await Web.get(try aviary.url("/healthz"))
        #expect(health.status == 200 && health.body == "OK")
    }
}
