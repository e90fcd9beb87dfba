import FlaggerAPI
import Foundation
import Testing

@testable import Delivery

@Suite("Metrics with a query")
struct QueriedMetricsTests {
    private struct Builtin: MetricsSource {
        var name: String { "builtin" }
        func verify(_ metrics: [MetricCheck]) async throws {}
        func value(of metric: MetricCheck) async throws -> Double? { 42 }
    }

    private static let answer = RawServer.response(
        200, #"{"data":{"resultType":"vector","result":[{"metric":{},"value":[1,"1"]}]}}"#)

    private func source(
        _ server: RawServer,
        template: String = "spec: {provider: {type: prometheus, address: ADDRESS}, query: up}",
        _ client: PatientClient
    ) -> QueriedMetrics {
        let box = ReferenceBox(
            """
            apiVersion: flagger.app/v1beta1
            kind: MetricTemplate
            metadata: {name: errors, namespace: test}
            \(template.replacing("ADDRESS", with: "\"http://127.0.0.1:\(server.port)\""))
            """, secrets: [.test("prom"): ["token": "t"]])
        return QueriedMetrics(builtin: Builtin(), resources: box, client: client)
    }

    private func checks(_ metrics: String) throws -> [MetricCheck] {
        try CanaryDefinition(Canary.test(analysis: "maxWeight: 50, stepWeight: 10, metrics: \(metrics)"))
            .metrics
    }

    @Test("fills in a template's variables and asks with its secret")
    func template() async throws {
        let server = try await RawServer([Self.answer])
        try await PatientClient.run { client in
            let source = source(
                server,
                template: """
                    spec:
                      provider: {type: prometheus, address: ADDRESS, secretRef: {name: prom}}
                      query: 'x{a="{{ name }}.{{namespace}}",b="{{ target }}/{{ service }}/{{ ingress }}/{{ route }}",
                        c="{{ variables.direction }}"}[{{ interval }}]'
                    """, client)
            let check = try checks(
                "[{name: e, interval: 90s, templateRef: {name: errors}, templateVariables: {direction: in}, thresholdRange: {max: 1}}]"
            )[0]
            #expect(try await source.value(of: check) == 1)
        }
        await server.stop()
        let request = try #require(server.requests.first.map(ReceivedRequest.init))
        #expect(request.parameter("query") == #"x{a="podinfo.test",b="app/web/app/app", c="in"}[90s]"#)
        #expect(request.headers["authorization"] == "Bearer t")
    }

    @Test("asks the canary's own metrics server for a query, and leaves builtin metrics to the other source")
    func query() async throws {
        let server = try await RawServer([Self.answer])
        try await PatientClient.run(resolve: { host, _ in
            host == "prometheus.test" ? ("127.0.0.1", server.port) : nil
        }) { client in
            let source = source(server, client)
            let found = try checks(
                "[{name: q, query: 'up{job=\"{{ target }}\"}', thresholdRange: {max: 1}}, {name: request-duration, thresholdRange: {max: 1}}]"
            )
            #expect(try await source.value(of: found[0]) == 1)
            #expect(try await source.value(of: found[1]) == 42)
            try await source.verify(found)
        }
        await server.stop()
        #expect(
            server.requests.map { ReceivedRequest($0).parameter("query") } == [
                #"up{job="app"}"#, "vector(1)",
            ])
        #expect(ReceivedRequest(server.requests[0]).headers["host"] == "prometheus.test")
    }

    @Test("says what is missing")
    func missing() async throws {
        let server = try await RawServer([RawServer.response(503, "starting")])
        try await PatientClient.run { client in
            let source = source(
                server,
                template:
                    "spec: {provider: {type: prometheus, address: ADDRESS, secretRef: {name: other}}, query: up}",
                client)
            func failure(_ metric: String) async throws -> String {
                let check = try checks("[{name: e, \(metric), thresholdRange: {max: 1}}]")[0]
                do { return "\(try await source.value(of: check) ?? 0)" } catch { return "\(error)" }
            }
            #expect(
                try await failure("templateRef: {name: other}") == "there is no metric template other.test")
            #expect(try await failure("templateRef: {name: errors}") == "there is no secret other.test")
            let reachable = self.source(server, client)
            let check = try checks("[{name: e, templateRef: {name: errors}, thresholdRange: {max: 1}}]")
            await #expect(throws: DeliveryError.self) { try await reachable.verify(check) }
        }
        await server.stop()
    }

    @Test("no values and failures are told in the peer's words")
    func words() throws {
        let check = MetricCheck(name: "404s", maximum: 5, origin: .template(.test("errors")))
        #expect(
            check.judge(nil, canary: "c", target: "t", source: "s").failure
                == "Halt advancement no values found for custom metric: 404s: no values found")
        #expect(
            check.judge(7, canary: "podinfo.test", target: "t", source: "s").failure
                == "Halt podinfo.test advancement 404s 7.00 > 5")
        #expect(
            check.failed(DeliveryError.exchange(cause: "request failed: x"), canary: "c").failure
                == "Metric query failed for 404s: request failed: x")
        let query = MetricCheck(name: "q", maximum: 5, origin: .query("up", server: nil))
        #expect(
            query.judge(nil, canary: "c", target: "t", source: "s").failure
                == "Halt advancement no values found for metric: q")
    }
}
