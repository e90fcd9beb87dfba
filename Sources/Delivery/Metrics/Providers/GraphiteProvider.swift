import Foundation

/// Graphite: the render API, whose parameters the query holds: `target=…&from=-5min`.
struct GraphiteProvider: MetricsProvider {
    private struct Series: Decodable {
        var datapoints: [Point]
    }

    /// A value, or null, with its time.
    private struct Point: Decodable {
        var value: Double?

        init(from decoder: any Decoder) throws {
            var pair = try decoder.unkeyedContainer()
            if try pair.decodeNil() { return }
            if let text = try? pair.decode(String.self) {
                value = Double(text)
            } else {
                value = try pair.decode(Double.self)
            }
        }
    }

    private let connection: MetricsConnection
    private let url: String
    private let authorization: [ServerRequest.Header]

    /// The secret has `username` and `password`.
    init(_ connection: MetricsConnection) throws {
        self.connection = connection
        url = try connection.base() + "/render"
        authorization = connection.spec.secretRef == nil ? [] : [try connection.basicAuthorization()]
    }

    func verify() async throws { _ = try await value(of: "target=test") }

    func value(of query: String) async throws -> Double? {
        let parameters = MetricsConnection.oneLine(query).split(separator: "&").map { parameter in
            let parts = parameter.split(separator: "=", maxSplits: 1).map { part in
                let text = String(part).replacing("+", with: " ")
                return text.removingPercentEncoding ?? text
            }
            return (parts.first ?? "", parts.count > 1 ? parts[1] : "")
        }
        let request = connection.request(
            url, query: parameters.filter { $0.0 != "format" } + [("format", "json")], headers: authorization)
        let series = try await connection.fetch([Series].self, request)
        return series.flatMap(\.datapoints).last { $0.value != nil }?.value
    }
}
