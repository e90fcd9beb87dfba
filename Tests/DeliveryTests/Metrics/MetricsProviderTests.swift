import FlaggerAPI
import Foundation
import Testing

@testable import Delivery

/// Asks a scripted server as one kind of provider does.
struct ProviderTrial {
    var requests: [ReceivedRequest] = []
    var value: Double?
    var failure: String?

    /// Runs a query, or verifies without one.
    static func run(
        _ type: MetricTemplate.ProviderType, _ answers: [RawServer.Answer], query: String? = "up",
        credentials: [String: String]? = nil, region: String? = nil, headers: [String: [String]]? = nil,
        path: String = "", timeout: Duration = .seconds(60)
    ) async throws -> ProviderTrial {
        let server = try await RawServer(answers)
        let client = HTTPServerClient()
        var trial = ProviderTrial()
        var spec = MetricTemplate.Provider(
            type: type.rawValue, address: "http://127.0.0.1:\(server.port)\(path)")
        spec.secretRef = credentials.map { _ in SecretReference(name: "secret") }
        spec.region = region
        spec.headers = headers
        let connection = MetricsConnection(
            spec, credentials: Credentials(credentials ?? [:]), interval: .seconds(60),
            client: PatientClient(client: client, timeout: timeout),
            now: { Date(timeIntervalSince1970: 1_700_000_000) },
            environment: ["GCE_METADATA_HOST": "127.0.0.1:\(server.port)"])
        do {
            let provider = try type.provider(connection)
            if let query {
                trial.value = try await provider.value(of: query)
            } else {
                try await provider.verify()
            }
        } catch {
            trial.failure = "\(error)"
        }
        await client.shutdown()
        await server.stop()
        trial.requests = server.requests.map(ReceivedRequest.init)
        return trial
    }
}

@Suite("Metrics providers")
struct MetricsProviderTests {
    private static func vector(_ values: String...) -> RawServer.Answer {
        let series = values.map { #"{"metric":{},"value":[1700000000,"\#($0)"]}"# }.joined(separator: ",")
        return RawServer.response(
            200, #"{"status":"success","data":{"resultType":"vector","result":[\#(series)]}}"#)
    }

    @Test("asks Prometheus for one instant, on one line, with the template's own headers and a token")
    func prometheus() async throws {
        let trial = try await ProviderTrial.run(
            .prometheus, [Self.vector("99.5")], query: "sum(\n  up{a=\"b&c\"}\n)\n",
            credentials: ["token": "t0k\n"],
            headers: ["X-Scope-OrgID": ["a", "b"]], path: "/prom/")
        #expect(trial.value == 99.5)
        let request = try #require(trial.requests.first)
        #expect(request.line.hasPrefix("GET /prom/api/v1/query?query="))
        #expect(request.parameter("query") == #"sum( up{a="b&c"} )"#)
        #expect(request.headers["authorization"] == "Bearer t0k")
        #expect(request.headers["x-scope-orgid"] == "a, b")
    }

    @Test("asks Prometheus with a user name and password, and verifies with a constant")
    func prometheusOnline() async throws {
        let trial = try await ProviderTrial.run(
            .prometheus, [Self.vector("1")], query: nil, credentials: ["username": "u", "password": "p"])
        #expect(trial.failure == nil)
        #expect(trial.requests.first?.parameter("query") == "vector(1)")
        #expect(trial.requests.first?.headers["authorization"] == "Basic dTpw")
    }

    @Test(
        "finds no values in an empty result and in NaN, and takes the last of several series",
        arguments: [([String](), Double?.none), (["NaN"], nil), (["1", "2.5"], 2.5)])
    func prometheusValues(values: [String], expected: Double?) async throws {
        let series = values.map { #"{"metric":{},"value":[1,"\#($0)"]}"# }.joined(separator: ",")
        let trial = try await ProviderTrial.run(
            .prometheus,
            [RawServer.response(200, #"{"data":{"resultType":"vector","result":[\#(series)]}}"#)])
        #expect(trial.value == expected)
        #expect(trial.failure == nil)
    }

    @Test("reads a scalar of Prometheus, and refuses a range")
    func prometheusTypes() async throws {
        let scalar = try await ProviderTrial.run(
            .prometheus, [RawServer.response(200, #"{"data":{"resultType":"scalar","result":[1,"7"]}}"#)])
        #expect(scalar.value == 7)
        let range = try await ProviderTrial.run(
            .prometheus,
            [
                RawServer.response(
                    200, #"{"data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"7"]]}]}}"#)
            ])
        #expect(range.failure == "query returned multiple values")
    }

    @Test("asks Graphite by its parameters and takes the last value that is there")
    func graphite() async throws {
        let trial = try await ProviderTrial.run(
            .graphite,
            [
                RawServer.response(
                    200,
                    #"[{"target":"a","datapoints":[[1.5,1],[null,2]]},{"target":"b","datapoints":[["2.5",1],[null,2]]}]"#
                )
            ],
            query: "target=summarize(\n a.{b,c},\n '1min')&from=-5min",
            credentials: ["username": "u", "password": "p"])
        #expect(trial.value == 2.5)
        let request = try #require(trial.requests.first)
        #expect(request.url.path == "/render")
        #expect(request.parameter("target") == "summarize( a.{b,c}, '1min')")
        #expect(request.parameter("from") == "-5min")
        #expect(request.parameter("format") == "json")
        let empty = try await ProviderTrial.run(.graphite, [RawServer.response(200, "[]")])
        #expect(empty.value == nil && empty.failure == nil)
    }

    @Test("sends InfluxDB a Flux query and reads the first record of its CSV")
    func influxdb() async throws {
        let csv =
            "#datatype,string,long,string,double\r\n,result,table,tag,_value\r\n"
            + ",_result,0,\"a \"\"quoted\"\", text\",12.5\r\n,_result,0,b,3\r\n\r\n"
        let trial = try await ProviderTrial.run(
            .influxdb, [RawServer.response(200, csv)], query: "from(bucket: \"x\")",
            credentials: ["token": "t", "org": "my org"])
        #expect(trial.value == 12.5)
        let request = try #require(trial.requests.first)
        #expect(request.line.hasPrefix("POST /api/v2/query?org=my%20org "))
        #expect(request.headers["authorization"] == "Token t")
        #expect(try request.json()["query"] as? String == "from(bucket: \"x\")")
        #expect(try request.json()["type"] as? String == "flux")
    }

    @Test("takes no record of InfluxDB for no value, and an error table for an error")
    func influxdbWithoutValue() async throws {
        let none = try await ProviderTrial.run(.influxdb, [RawServer.response(200, "\r\n")])
        #expect(none.value == nil && none.failure == nil)
        let error = try await ProviderTrial.run(
            .influxdb,
            [RawServer.response(200, "#datatype,string,string\n,error,reference\n,out of memory,897\n")])
        #expect(error.failure == "query error: out of memory")
    }

    @Test("asks Datadog for ten intervals and takes the oldest value")
    func datadog() async throws {
        let keys = ["datadog_api_key": "a", "datadog_application_key": "b"]
        let trial = try await ProviderTrial.run(
            .datadog,
            [
                RawServer.response(
                    200,
                    #"{"status":"ok","series":[{"pointlist":[[1577232000000,29.1],[1577318400000,55]]}]}"#)
            ],
            query: "avg:system.cpu.user{*} by {host}", credentials: keys)
        #expect(trial.value == 29.1)
        let request = try #require(trial.requests.first)
        #expect(request.url.path == "/api/v1/query")
        #expect(request.parameter("query") == "avg:system.cpu.user{*} by {host}")
        #expect(request.parameter("from") == "1699999400")
        #expect(request.parameter("to") == "1700000000")
        #expect(request.headers["dd-api-key"] == "a")
        #expect(request.headers["dd-application-key"] == "b")
        let empty = try await ProviderTrial.run(
            .datadog, [RawServer.response(200, #"{"status":"ok","series":[]}"#)], credentials: keys)
        #expect(empty.value == nil && empty.failure == nil)
        let online = try await ProviderTrial.run(
            .datadog, [RawServer.response(200, #"{"valid":true}"#)], query: nil, credentials: keys)
        #expect(online.requests.first?.url.path == "/api/v1/validate")
    }

    @Test("asks New Relic over the metric's interval")
    func newrelic() async throws {
        let keys = ["newrelic_account_id": "51312", "newrelic_query_key": "key"]
        let trial = try await ProviderTrial.run(
            .newrelic, [RawServer.response(200, #"{"results":[{"result": 1.25}]}"#)],
            query: "SELECT average(duration) FROM Metric", credentials: keys)
        #expect(trial.value == 1.25)
        let request = try #require(trial.requests.first)
        #expect(request.url.path == "/v1/accounts/51312/query")
        #expect(request.parameter("nrql") == "SELECT average(duration) FROM Metric SINCE 60 seconds ago")
        #expect(request.headers["x-query-key"] == "key")
        let empty = try await ProviderTrial.run(
            .newrelic, [RawServer.response(200, #"{"results":[{"result": null}]}"#)], credentials: keys)
        #expect(empty.value == nil && empty.failure == nil)
    }

    @Test("asks Dynatrace for one value over ten intervals")
    func dynatrace() async throws {
        let trial = try await ProviderTrial.run(
            .dynatrace,
            [RawServer.response(200, #"{"result":[{"data":[{"timestamps":[1],"values":[44.1]}]}]}"#)],
            query: "builtin:service.response.time", credentials: ["dynatrace_token": "dt0"])
        #expect(trial.value == 44.1)
        let request = try #require(trial.requests.first)
        #expect(request.url.path == "/api/v2/metrics/query")
        #expect(request.parameter("metricSelector") == "builtin:service.response.time")
        #expect(request.parameter("resolution") == "Inf")
        #expect(request.parameter("from") == "1699999400000")
        #expect(request.headers["authorization"] == "Api-Token dt0")
        let null = try await ProviderTrial.run(
            .dynatrace,
            [RawServer.response(200, #"{"result":[{"data":[{"timestamps":[1],"values":[null]}]}]}"#)],
            credentials: ["dynatrace_token": "dt0"])
        #expect(null.value == nil && null.failure == nil)
    }

    private static func event(_ name: String, _ data: String) -> String {
        "event: \(name)\ndata: \(data)\n\n"
    }

    @Test("runs a SignalFlow program on Splunk and takes the last value")
    func splunk() async throws {
        let stream =
            Self.event("control-message", "{\ndata: \"event\":\"STREAM_START\"}")
            + Self.event("data", #"{"data":[{"tsId":"A","value":1}],"logicalTimestampMs":1}"#)
            + Self.event("data", #"{"data":[{"tsId":"A","value":2.5}],"logicalTimestampMs":2}"#)
            + Self.event("control-message", #"{"event":"END_OF_CHANNEL"}"#)
        let trial = try await ProviderTrial.run(
            .splunk,
            [
                .bytes(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n\(stream)"
                )
            ],
            query: "data('x').publish()", credentials: ["sf_token_key": "sf"])
        #expect(trial.value == 2.5)
        let request = try #require(trial.requests.first)
        #expect(request.line.hasPrefix("POST /v2/signalflow/execute?"))
        #expect(request.parameter("start") == "1699999400000")
        #expect(request.parameter("stop") == "1700000000000")
        #expect(request.parameter("immediate") == "true")
        #expect(request.headers["x-sf-token"] == "sf")
        #expect(request.body == "data('x').publish()")
    }

    @Test(
        "tells why a SignalFlow program gave no value",
        arguments: [
            (
                #"{"data":[{"tsId":"A","value":1},{"tsId":"B","value":2}]}"#, "data",
                "query returned multiple values"
            ),
            (
                #"{"errors":[{"code":"BAD"}]}"#, "error",
                #"error executing query: {"errors":[{"code":"BAD"}]}"#
            ),
            (
                #"{"event":"CHANNEL_ABORT","abortInfo":{"sf_job_abortReason":"too much"}}"#,
                "control-message",
                "error executing query: too much"
            ),
        ])
    func splunkFailures(data: String, event: String, expected: String) async throws {
        let trial = try await ProviderTrial.run(
            .splunk, [RawServer.response(200, Self.event(event, data))], credentials: ["sf_token_key": "sf"])
        #expect(trial.failure == expected)
    }

    @Test("asks the external metrics API and reads quantities")
    func externalMetrics() async throws {
        let trial = try await ProviderTrial.run(
            .externalmetrics, [RawServer.response(200, #"{"items":[{"metricName":"m","value":"1500m"}]}"#)],
            query: "web/datadogmetric@web:rate?labelSelector=env%3Dproduction\n", credentials: ["token": "t"])
        #expect(trial.value == 1.5)
        #expect(
            trial.requests.first?.line
                == "GET /apis/external.metrics.k8s.io/v1beta1/namespaces/web/datadogmetric%40web%3Arate"
                + "?labelSelector=env%3Dproduction HTTP/1.1")
        #expect(trial.requests.first?.headers["authorization"] == "Bearer t")
        #expect(ExternalMetricsProvider.number("2Gi") == 2_147_483_648)
        #expect(ExternalMetricsProvider.number("1e3") == 1000)
        #expect(ExternalMetricsProvider.number("many") == nil)
    }
}
