import Foundation
import JSON
import KubernetesTesting

/// Answers instant queries as Prometheus does: 99.5 percent of success, and 0.25 of a duration.
final class PrometheusStandIn: Sendable {
    private let server: ScriptedAPIServer

    init() async throws {
        server = try await ScriptedAPIServer { request, _ in
            guard request.path == "/api/v1/query" else { return .json(404, ["error": "no such path"]) }
            let query = Self.query(of: request)
            let value: JSONValue =
                if query == "vector(1)" { "1" } else if query.hasSuffix("*100") { "99.5" } else { "0.25" }
            return .json(
                200,
                [
                    "status": "success",
                    "data": [
                        "resultType": "vector",
                        "result": [["metric": [:], "value": [1_700_000_000, value]]],
                    ],
                ])
        }
    }

    var url: String { server.url }

    /// The queries so far, without spaces.
    var queries: [String] { server.requests.map(Self.query) }

    func stop() async { await server.stop() }

    private static func query(of request: ScriptedAPIServer.Request) -> String {
        let parameters = request.target.drop { $0 != "?" }.dropFirst().split(separator: "&")
        let query = parameters.first { $0.hasPrefix("query=") }?.dropFirst("query=".count) ?? ""
        return (query.replacing("+", with: " ").removingPercentEncoding ?? "").filter { !$0.isWhitespace }
    }
}
