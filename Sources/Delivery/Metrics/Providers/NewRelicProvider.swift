import Foundation

/// New Relic: an NRQL query of its Insights API.
struct NewRelicProvider: MetricsProvider {
    private struct Answer: Decodable {
        var results: [Result]
        struct Result: Decodable { var result: Double? }
    }

    private let connection: MetricsConnection
    private let url: String
    private let key: ServerRequest.Header

    /// The secret has `newrelic_account_id` and `newrelic_query_key`.
    init(_ connection: MetricsConnection) throws {
        self.connection = connection
        let base = try connection.base(default: "https://insights-api.newrelic.com")
        let account = MetricsConnection.escape(try connection.credential("newrelic_account_id"))
        url = "\(base)/v1/accounts/\(account)/query"
        key = .init("X-Query-Key", try connection.credential("newrelic_query_key"))
    }

    func verify() async throws { _ = try await connection.fetch(request("SELECT * FROM Metric LIMIT 1")) }

    func value(of query: String) async throws -> Double? {
        let results = try await connection.fetch(Answer.self, request(query)).results
        return results.count == 1 ? results[0].result : nil
    }

    private func request(_ query: String) -> ServerRequest {
        let nrql = "\(MetricsConnection.oneLine(query)) SINCE \(connection.intervalSeconds) seconds ago"
        return connection.request(url, query: [("nrql", nrql)], headers: [key])
    }
}
