import Foundation
import Testing

/// A metrics server decides.
struct MetricsServerTests {
    private static func answer(_ value: String) -> HookServer.Answer {
        .status(
            200,
            body:
                #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"\#(value)"]}]}}"#
        )
    }

    private static func template(_ address: String, _ query: String) -> String {
        """
        apiVersion: flagger.app/v1beta1
        kind: MetricTemplate
        metadata: {name: errors, namespace: monitoring}
        spec:
          provider: {type: prometheus, address: "\(address)"}
          query: '\(query)'
        """
    }

    private static let metrics =
        "metrics: [{name: errors, interval: 30s, templateRef: {name: errors, namespace: monitoring}, "
        + "templateVariables: {code: 5xx}, thresholdRange: {max: 5}}, "
        + "{name: up, query: 'up{job=\"{{ target }}\"}', thresholdRange: {min: 0}}]"

    @Test("a value in its range promotes a revision, one outside rolls the next back")
    func decides() async throws {
        try await HookServer.run { server in
            server.answer("prom/api/v1/query", Self.answer("1"))
            var manifest = Manifest(port: try FreePort.next())
            manifest.analysis = ["threshold: 1", "maxWeight: 50", "stepWeight: 50", Self.metrics]
            manifest.others = [
                Self.template(
                    server.url("prom"),
                    "errors{app=\"{{ target }}\", code=\"{{ variables.code }}\"}[{{ interval }}]")
            ]
            let arguments = ["--metrics-server", server.url("prom")]
            try await RunningAviary.run(manifest, arguments: arguments) { aviary in
                try await aviary.reach("Initialized")
                try await aviary.hear("all the metrics providers are available!")
                manifest.version = "2.0.0"
                try aviary.save(manifest)
                try await aviary.reach("Succeeded")
                let queries = Set(server.calls().map { $0.query.removingPercentEncoding ?? "" })
                #expect(queries.contains(#"query=errors{app="podinfo", code="5xx"}[30s]"#), "\(queries)")
                #expect(queries.contains(#"query=up{job="podinfo"}"#))

                server.answer("prom/api/v1/query", Self.answer("10"))
                manifest.version = "3.0.0"
                try aviary.save(manifest)
                try await aviary.reach("Failed")
                #expect(try aviary.messages().contains("Halt podinfo.test advancement errors 10.00 > 5"))

                server.answer("prom/api/v1/query", Self.answer("NaN"))
                manifest.version = "4.0.0"
                try aviary.save(manifest)
                try await aviary.hear(
                    "Halt advancement no values found for custom metric: errors: no values found")
            }
        }
    }

    @Test("a server that fails is a failed check that says why, and one that is down is told at the start")
    func failing() async throws {
        try await HookServer.run { server in
            server.answer("prom/api/v1/query", .status(503, body: "starting"))
            var manifest = Manifest(port: try FreePort.next())
            manifest.analysis = ["threshold: 1", "maxWeight: 50", "stepWeight: 50", Self.metrics]
            manifest.canarySettings = ["metricsServer: \(server.url("prom"))"]
            manifest.others = [Self.template(server.url("prom"), "errors")]
            try await RunningAviary.run(manifest) { aviary in
                try await aviary.reach("Initialized")
                try await aviary.hear(
                    "Error checking metric providers: metric template errors.monitoring not available: "
                        + "error response: HTTP 503: starting")
                manifest.version = "2.0.0"
                try aviary.save(manifest)
                try await aviary.reach("Failed")
                try await aviary.hear("Metric query failed for errors: error response: HTTP 503: starting")
            }
        }
    }

    @Test("a real Prometheus is asked as it wants to be")
    func realPrometheus() async throws {
        try await withTemporaryFolder { folder in
            let port = try FreePort.next()
            try """
            global: {scrape_interval: 1s}
            scrape_configs: [{job_name: self, static_configs: [{targets: ["127.0.0.1:\(port)"]}]}]
            """.write(toFile: "\(folder)/prometheus.yml", atomically: true, encoding: .utf8)
            let prometheus = Process()
            prometheus.executableURL = URL(fileURLWithPath: "/usr/bin/prometheus")
            prometheus.arguments = [
                "--config.file=\(folder)/prometheus.yml", "--storage.tsdb.path=\(folder)/tsdb",
                "--web.listen-address=127.0.0.1:\(port)", "--log.level=error",
            ]
            try prometheus.run()
            defer { prometheus.terminate() }
            let address = "http://127.0.0.1:\(port)"
            try await eventually(within: .seconds(90), "Prometheus has not scraped itself") {
                (try? await Web.get("\(address)/api/v1/query?query=up").body.contains(#""1""#)) ?? false
            }
            var manifest = Manifest(port: try FreePort.next())
            manifest.analysis = [
                "threshold: 1", "maxWeight: 50", "stepWeight: 50",
                "metrics: [{name: errors, templateRef: {name: errors, namespace: monitoring}, thresholdRange: {max: 1}}]",
            ]
            manifest.others = [
                Self.template(address, "sum(\n  up{job=\"self\", instance!=\"{{ target }}\"}\n)")
            ]
            try await RunningAviary.run(manifest) { aviary in
                try await aviary.hear("all the metrics providers are available!")
                try await aviary.reach("Initialized")
                manifest.version = "2.0.0"
                try aviary.save(manifest)
                try await aviary.reach("Succeeded")
                let values = try aviary.lines().filter { $0.kind == "metric" }.map(\.value)
                #expect(!values.isEmpty && values.allSatisfy { $0 == 1 })

                manifest.others = [Self.template(address, "count(up{job=\"nobody\"})")]
                manifest.version = "3.0.0"
                try aviary.save(manifest)
                try await aviary.reach("Failed")
                try await aviary.hear("Halt advancement no values found for custom metric: errors")
            }
        }
    }
}
