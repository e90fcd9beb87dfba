import Foundation

/// Dynatrace: a metric selector of its metrics API, version 2.
struct DynatraceProvider: MetricsProvider {
    private struct Answer: Decodable {
        var result: [Collection]
        struct Collection: Decodable { var data: [Series] }
        struct Series: Decodable { var values: [Double?] }
    }

    private let connection: MetricsConnection
    private let base: String
    private let token: ServerRequest.Header

    /// The secret has `dynatrace_token`.
    init(_ connection: MetricsConnection) throws {
        self.connection = connection
        base = try connection.base()
        token = .init("Authorization", "Api-Token \(try connection.credential("dynatrace_token"))")
    }

    func verify() async throws {
        _ = try await connection.fetch(
            connection.request("\(base)/api/v2/metrics", query: [("pageSize", "1")], headers: [token]))
    }

    /// The one value of the last series over ten intervals (peer behaviour).
    func value(of query: String) async throws -> Double? {
        let now = connection.seconds
        let request = connection.request(
            "\(base)/api/v2/metrics/query",
            query: [
                ("metricSelector", MetricsConnection.oneLine(query)), ("resolution", "Inf"),
                ("from", "\((now - 10 * connection.intervalSeconds) * 1000)"), ("to", "\(now * 1000)"),
            ], headers: [token])
        let answer = try await connection.fetch(Answer.self, request)
        return answer.result.first?.data.last?.values.first ?? nil
    }
}
