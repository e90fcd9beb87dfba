import FlaggerAPI
import Foundation
import Testing

@testable import Delivery

@Suite("Metrics servers that misbehave")
struct MisbehavingServerTests {
    private static let credentials: [MetricTemplate.ProviderType: [String: String]] = [
        .datadog: ["datadog_api_key": "s3cr3t", "datadog_application_key": "s3cr3t"],
        .newrelic: ["newrelic_account_id": "1", "newrelic_query_key": "s3cr3t"],
        .dynatrace: ["dynatrace_token": "s3cr3t"], .splunk: ["sf_token_key": "s3cr3t"],
        .influxdb: ["token": "s3cr3t", "org": "o"], .prometheus: ["token": "s3cr3t"],
        .graphite: ["username": "user", "password": "s3cr3t"], .externalmetrics: ["token": "s3cr3t"],
        .cloudwatch: ["aws_access_key_id": "AKID", "aws_secret_access_key": "s3cr3t"],
    ]
    /// All but Stackdriver, whose first request is another.
    static let types = MetricTemplate.ProviderType.allCases.filter { credentials[$0] != nil }

    private func run(
        _ type: MetricTemplate.ProviderType, _ answer: RawServer.Answer, query: String? = "[]",
        timeout: Duration = .seconds(30)
    ) async throws -> ProviderTrial {
        try await ProviderTrial.run(
            type, [answer], query: query, credentials: Self.credentials[type], region: "eu-central-1",
            timeout: timeout)
    }

    @Test("a refusal is told with its status, without the credentials that it may repeat", arguments: types)
    func refusal(type: MetricTemplate.ProviderType) async throws {
        let trial = try await run(type, RawServer.response(401, "no: s3cr3t is unknown"))
        #expect(trial.failure == "error response: HTTP 401: no: *** is unknown")
        let online = try await run(type, RawServer.response(401, "no"), query: nil)
        #expect(online.failure == "error response: HTTP 401: no")
    }

    @Test("half an answer is an error", arguments: types)
    func halfAnswer(type: MetricTemplate.ProviderType) async throws {
        let trial = try await run(
            type, .bytes("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"data\": {\"res"))
        #expect(trial.value == nil)
        #expect(trial.failure?.hasPrefix("request failed: ") == true, "\(trial)")
    }

    @Test(
        "an answer that is not what the provider speaks is an error and no value",
        arguments: types.filter { ![.influxdb, .splunk].contains($0) },
        ["{\"data\": {\"resul", "<html></html>", "[1,2"])
    func otherLanguage(type: MetricTemplate.ProviderType, body: String) async throws {
        let trial = try await run(type, RawServer.response(200, body))
        #expect(trial.value == nil)
        #expect(trial.failure?.hasPrefix("error unmarshaling result: ") == true, "\(trial)")
    }

    @Test("an answer without end is cut off at 1 MiB", .serialized, arguments: types)
    func endless(type: MetricTemplate.ProviderType) async throws {
        let body = String(repeating: " ", count: (1 << 20) + 1)
        let trial = try await run(type, RawServer.response(200, body))
        #expect(trial.failure == "the answer is longer than 1048576 bytes")
        let pouring = try await run(type, .endless)
        #expect(pouring.failure?.hasPrefix("error response: HTTP 500: xxx") == true)
        #expect(pouring.failure?.utf8.count ?? 0 < 1000)
    }

    @Test("a server that says nothing is given up at the time-out", arguments: types)
    func silence(type: MetricTemplate.ProviderType) async throws {
        let trial = try await run(type, .silence, timeout: .milliseconds(200))
        #expect(trial.failure == "request failed: no answer within 0.2 seconds")
    }

    @Test("is redirected on its host only, and not for ever")
    func redirects() async throws {
        func redirect(_ location: String) -> RawServer.Answer {
            RawServer.response(302, headers: "Location: \(location)\r\n")
        }
        let moved = try await ProviderTrial.run(
            .prometheus,
            [
                redirect("/new"),
                RawServer.response(200, #"{"data":{"resultType":"scalar","result":[1,"7"]}}"#),
            ],
            credentials: ["token": "s3cr3t"])
        #expect(moved.value == 7)
        #expect(moved.requests.last?.headers["authorization"] == "Bearer s3cr3t")
        let away = try await run(.prometheus, redirect("http://localhost:1/"))
        #expect(away.failure?.contains("redirected to another host or out of TLS") == true)
        let forever = try await run(.prometheus, redirect("/again"))
        #expect(forever.failure == "request failed: too many redirects")
        #expect(forever.requests.count == 4)
    }

    @Test("verifies certificates unless insecureSkipVerify is set", arguments: [true, false])
    func certificates(skips: Bool) async throws {
        let server = try await RawServer(
            [RawServer.response(200, #"{"data":{"resultType":"scalar","result":[1,"7"]}}"#)],
            tls: SelfSigned.serverContext())
        let value = try await PatientClient.run(resolve: { _, _ in ("127.0.0.1", server.port) }) { client in
            var spec = MetricTemplate.Provider(type: "prometheus", address: "https://hook.test")
            spec.insecureSkipVerify = skips
            let provider = try PrometheusProvider(MetricsConnection(spec, client: client))
            return try? await provider.value(of: "up")
        }
        await server.stop()
        #expect(value == (skips ? 7 : nil))
    }

    @Test("says which credential is missing", arguments: types.filter { $0 != .externalmetrics })
    func missingCredentials(type: MetricTemplate.ProviderType) async throws {
        let trial = try await ProviderTrial.run(
            type, [RawServer.response(200)], query: "[]", credentials: ["other": "x"], region: "eu-central-1")
        #expect(trial.requests.isEmpty)
        let names = type.secretKeys.flatMap { $0 }
        #expect(names.contains { trial.failure?.contains($0) == true }, "\(trial)")
    }
}
