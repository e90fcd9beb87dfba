import Delivery
import FlaggerAPI

/// Measures a canary's metrics: builtin ones by the provider's Prometheus queries, others where they say.
struct ClusterMetrics: MetricsSource {
    /// The provider's name, as announcements have it.
    let name: String
    let queries: BuiltinQueries
    /// The canary's own Prometheus; nil for the default one.
    let server: String?
    let queried: QueriedMetrics
    /// What the target was last seen at.
    let revision: @Sendable () -> String?

    init(
        provider: String, queries: BuiltinQueries, canary: Canary, defaultServer: String,
        resources: any ReferencedResources, client: any ServerClient,
        revision: @escaping @Sendable () -> String?
    ) {
        self.revision = revision
        name = provider
        self.queries = queries
        server = canary.spec.metricsServer
        queried = QueriedMetrics(
            builtin: NothingBuiltin(name: provider), resources: resources, client: client,
            server: defaultServer)
    }

    func verify(_ metrics: [MetricCheck]) async throws {
        try await queried.verify(metrics.map(asQuery))
    }

    func value(of metric: MetricCheck) async throws -> Double? {
        let value = try await queried.value(of: asQuery(metric))
        guard metric.builtin == .duration, queries.unit == .seconds else { return value }
        return value.map { $0 * 1000 }
    }

    private func asQuery(_ metric: MetricCheck) -> MetricCheck {
        guard let builtin = metric.builtin else { return metric }
        var query = metric
        query.origin = .query(
            builtin == .successRate ? queries.successRate : queries.duration, server: server)
        if queries.routeIsRevision, let revision = revision() { query.variables.route = revision }
        for name in [\QueryVariables.name, \.namespace, \.target, \.service, \.ingress, \.route] {
            query.variables[keyPath: name] = queries.measured(query.variables[keyPath: name])
        }
        return query
    }
}

/// Stands where all builtin metrics are queries.
private struct NothingBuiltin: MetricsSource {
    let name: String
    func verify(_ metrics: [MetricCheck]) async throws {}
    func value(of metric: MetricCheck) async throws -> Double? { nil }
}
