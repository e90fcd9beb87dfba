import Foundation
import JSON

/// Prometheus: the instant query of its HTTP API, version 1.
struct PrometheusProvider: MetricsProvider {
    private struct Answer: Decodable {
        var data: Data
        struct Data: Decodable {
            var resultType: String?
            var result: JSONValue
        }
    }

    private let connection: MetricsConnection
    private let url: String
    private let authorization: [ServerRequest.Header]

    /// The secret has a `token`, or `username` and `password`.
    init(_ connection: MetricsConnection) throws {
        self.connection = connection
        url = try connection.base() + "/api/v1/query"
        if connection.spec.secretRef == nil {
            authorization = []
        } else if let token = connection.credentials["token"] {
            authorization = [.init("Authorization", "Bearer \(token)")]
        } else {
            authorization = [try connection.basicAuthorization()]
        }
    }

    func verify() async throws {
        guard try await value(of: "vector(1)") == 1 else {
            throw DeliveryError.answer(cause: "value is not 1 for query: vector(1)")
        }
    }

    func value(of query: String) async throws -> Double? {
        let request = connection.request(
            url, query: [("query", MetricsConnection.oneLine(query))], headers: authorization)
        let data = try await connection.fetch(Answer.self, request).data
        guard case .array(let elements) = data.result else {
            throw DeliveryError.answer(cause: "error unmarshaling result: `result` is no list")
        }
        if data.resultType == "scalar" { return Self.number(elements) }
        guard elements.allSatisfy({ $0["values"] == nil }) else {
            throw DeliveryError.answer(cause: "query returned multiple values")
        }
        // Of several series the last counts, as on the peer.
        guard let last = elements.last else { return nil }
        guard case .array(let pair)? = last["value"] else {
            throw DeliveryError.answer(cause: "error unmarshaling result: a series without a value")
        }
        return Self.number(pair)
    }

    /// The value of a pair of time and text; nil for NaN, which is what a division by no traffic gives.
    private static func number(_ pair: [JSONValue]) -> Double? {
        guard pair.count == 2, case .string(let text) = pair[1], let value = Double(text), !value.isNaN else {
            return nil
        }
        return value
    }
}
