import Foundation

/// A server of Kubernetes' external metrics API; the query is `NAMESPACE/METRIC?labelSelector=…`.
struct ExternalMetricsProvider: MetricsProvider {
    private struct Answer: Decodable {
        var items: [Item]
        struct Item: Decodable { var value: String }
    }

    private let connection: MetricsConnection
    private let base: String
    private let authorization: [ServerRequest.Header]

    /// The secret has `token`.
    init(_ connection: MetricsConnection) throws {
        self.connection = connection
        base = try connection.base() + "/apis/external.metrics.k8s.io/v1beta1/namespaces"
        authorization = connection.credentials["token"].map { [.init("Authorization", "Bearer \($0)")] } ?? []
    }

    func verify() async throws {
        do {
            _ = try await connection.fetch(
                connection.request("\(base)/kube-system/dummy-metric", headers: authorization))
        } catch DeliveryError.refusal(status: 404, _) {
            // It answers, and has no such metric.
        }
    }

    func value(of query: String) async throws -> Double? {
        let parts = query.trimmingCharacters(in: .whitespacesAndNewlines).split(separator: "?", maxSplits: 1)
        let path = (parts.first ?? "").split(separator: "/", omittingEmptySubsequences: false)
        guard path.count <= 2, let metric = path.last, !metric.isEmpty else {
            throw DeliveryError.reference(
                "malformed query, expected NAMESPACE/METRIC?labelSelector=…, got \(query.prefix(100))")
        }
        let namespace = path.count == 2 && !path[0].isEmpty ? String(path[0]) : "default"
        let url = "\(base)/\(MetricsConnection.escape(namespace))/\(MetricsConnection.escape(String(metric)))"
        let suffix = parts.count > 1 ? "?\(parts[1])" : ""
        let answer = try await connection.fetch(
            Answer.self, connection.request(url + suffix, headers: authorization))
        guard let text = answer.items.first?.value else { return nil }
        guard let value = Self.number(text) else {
            throw DeliveryError.answer(cause: "invalid response: \(text.prefix(50)) is no quantity")
        }
        return value
    }

    /// The number that a quantity of Kubernetes stands for: `100m`, `1.5k`, `2Gi`, `1e3`.
    static func number(_ quantity: String) -> Double? {
        if let plain = Double(quantity) { return plain }
        let suffixes: [(String, Double)] = [
            ("Ki", 0x1p10), ("Mi", 0x1p20), ("Gi", 0x1p30), ("Ti", 0x1p40), ("Pi", 0x1p50), ("Ei", 0x1p60),
            ("n", 1e-9), ("u", 1e-6), ("m", 1e-3), ("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12),
            ("P", 1e15),
            ("E", 1e18),
        ]
        guard let (suffix, factor) = suffixes.first(where: { quantity.hasSuffix($0.0) }) else { return nil }
        return Double(quantity.dropLast(suffix.count)).map { $0 * factor }
    }
}
