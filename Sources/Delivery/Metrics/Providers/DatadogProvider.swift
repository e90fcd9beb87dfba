import Foundation

/// Datadog: the timeseries query of its API, version 1.
struct DatadogProvider: MetricsProvider {
    private struct Answer: Decodable {
        var series: [Series]
        struct Series: Decodable { var pointlist: [[Double?]] }
    }

    private let connection: MetricsConnection
    private let base: String
    private let keys: [ServerRequest.Header]

    /// The secret has `datadog_api_key` and `datadog_application_key`.
    init(_ connection: MetricsConnection) throws {
        self.connection = connection
        base = try connection.base(default: "https://api.datadoghq.com")
        keys = [
            .init("DD-API-KEY", try connection.credential("datadog_api_key")),
            .init("DD-APPLICATION-KEY", try connection.credential("datadog_application_key")),
        ]
    }

    func verify() async throws {
        _ = try await connection.fetch(connection.request("\(base)/api/v1/validate", headers: keys))
    }

    /// The oldest value of the first series over ten intervals: the newest bucket is rarely complete (peer behaviour).
    func value(of query: String) async throws -> Double? {
        let now = connection.seconds
        let request = connection.request(
            "\(base)/api/v1/query",
            query: [
                ("query", MetricsConnection.oneLine(query)),
                ("from", "\(now - 10 * connection.intervalSeconds)"),
                ("to", "\(now)"),
            ], headers: keys)
        guard let point = try await connection.fetch(Answer.self, request).series.first?.pointlist.first,
            point.count > 1
        else { return nil }
        return point[1]
    }
}
