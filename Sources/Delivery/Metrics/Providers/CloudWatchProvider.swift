import Foundation
import JSON

/// Amazon CloudWatch: `GetMetricData`; the query is its `MetricDataQueries` as JSON.
struct CloudWatchProvider: MetricsProvider {
    private struct Query: Encodable {
        var startTime: Int64
        var endTime: Int64
        var maxDatapoints = 20
        var metricDataQueries: JSONValue

        enum CodingKeys: String, CodingKey {
            case startTime = "StartTime"
            case endTime = "EndTime"
            case maxDatapoints = "MaxDatapoints"
            case metricDataQueries = "MetricDataQueries"
        }
    }
    private struct Answer: Decodable {
        var results: [Result]

        enum CodingKeys: String, CodingKey { case results = "MetricDataResults" }

        struct Result: Decodable {
            var values: [Double]?

            enum CodingKeys: String, CodingKey { case values = "Values" }
        }
    }

    private let connection: MetricsConnection
    private let url: String
    private let host: String
    private let region: String

    /// The secret has `aws_access_key_id`, `aws_secret_access_key` and perhaps `aws_session_token`; see
    /// `AWSCredentials` for where keys are found without a secret.
    init(_ connection: MetricsConnection) throws {
        self.connection = connection
        guard let region = connection.spec.region, !region.isEmpty else {
            throw DeliveryError.reference("region not specified")
        }
        self.region = region
        url = try connection.base(default: "https://monitoring.\(region).\(AWSRegion.domain(of: region))")
        guard let parts = URLComponents(string: url), let name = parts.host else {
            throw DeliveryError.url(url)
        }
        host = parts.port.map { "\(name):\($0)" } ?? name
    }

    /// A query without metrics is refused as invalid by a server that takes the credentials (peer behaviour).
    func verify() async throws {
        let query = Query(startTime: 0, endTime: 0, metricDataQueries: .array([]))
        do {
            _ = try await connection.fetch(try await request(query))
        } catch DeliveryError.refusal(status: 400, let body)
            where ["Validation", "InvalidParameter", "MissingParameter"].contains(where: body.contains)
        {}
    }

    /// The newest value of the first result over ten intervals (peer behaviour).
    func value(of query: String) async throws -> Double? {
        guard let queries = try? JSONDecoder().decode(JSONValue.self, from: Data(query.utf8)) else {
            throw DeliveryError.reference("error unmarshaling query: it is no JSON list of MetricDataQueries")
        }
        let now = connection.seconds
        let body = Query(
            startTime: now - 10 * connection.intervalSeconds, endTime: now, metricDataQueries: queries)
        return try await connection.fetch(Answer.self, try await request(body)).results.first?.values?.first
    }

    private func request(_ query: Query) async throws -> ServerRequest {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = String(decoding: try encoder.encode(query), as: UTF8.self)
        let keys = try await AWSCredentials.find(for: connection)
        let signature = AWSSignature(
            accessKey: keys.accessKey, secretKey: keys.secretKey, sessionToken: keys.sessionToken,
            region: region,
            service: "monitoring")
        let headers = signature.headers(
            host: host,
            headers: [
                ("content-type", "application/x-amz-json-1.0"),
                ("x-amz-target", "GraniteServiceVersion20100801.GetMetricData"),
            ], body: body, date: connection.now())
        return connection.request(
            url + "/", method: "POST", headers: headers.map { .init($0.0, $0.1) }, body: body)
    }
}
