import FlaggerAPI
public import Foundation

/// Metrics with a query, asked at the servers they name, beside the builtin ones of another source.
public struct QueriedMetrics: MetricsSource {
    private let builtin: any MetricsSource
    private let resources: any ReferencedResources
    private let client: any ServerClient
    private let server: String?
    private let now: @Sendable () -> Date

    /// Makes a source.
    ///
    /// - Parameters:
    ///   - builtin: measures the metrics that need no query.
    ///   - resources: where metric templates and their secrets are found, anew for each measurement.
    ///   - client: sends the requests.
    ///   - server: the Prometheus server of queries whose canary names none.
    ///   - now: reads the wall clock.
    public init(
        builtin: any MetricsSource, resources: any ReferencedResources, client: any ServerClient,
        server: String? = nil, now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.builtin = builtin
        self.resources = resources
        self.client = client
        self.server = server
        self.now = now
    }

    /// What announcements call the source of the builtin metrics.
    public var name: String { builtin.name }

    /// Asks every server once whether it answers; queries are not run.
    public func verify(_ metrics: [MetricCheck]) async throws {
        try await builtin.verify(metrics.filter { $0.origin == .builtin })
        for metric in metrics {
            switch metric.origin {
            case .builtin: continue
            case .query:
                try await verify("prometheus not available") { try await question(metric).provider.verify() }
            case .template(let name):
                try await verify("metric template \(name) not available") {
                    try await question(metric).provider.verify()
                }
            }
        }
    }

    private func verify(_ subject: String, _ work: () async throws -> Void) async throws {
        do { try await work() } catch let error as DeliveryError {
            throw DeliveryError.reference("\(subject): \(error)")
        }
    }

    /// The value of a metric.
    public func value(of metric: MetricCheck) async throws -> Double? {
        guard metric.origin != .builtin else { return try await builtin.value(of: metric) }
        let question = try await question(metric)
        return try await question.provider.value(of: question.query)
    }

    /// A server and what to ask it.
    private struct Question {
        var provider: any MetricsProvider
        var query: String
    }

    private func question(_ metric: MetricCheck) async throws -> Question {
        var spec = MetricTemplate.Provider(type: MetricTemplate.ProviderType.prometheus.rawValue)
        var credentials = Credentials.none
        var query = ""
        switch metric.origin {
        case .builtin: break
        case .query(let text, let named):
            query = text
            spec.address = named ?? server
        case .template(let name):
            guard let template = try await resources.metricTemplate(name) else {
                throw DeliveryError.reference("there is no metric template \(name)")
            }
            query = template.spec.query
            spec = template.spec.provider
            credentials = try await resources.credentials(spec.secretRef, in: template.metadata.namespace)
        }
        guard let type = MetricTemplate.ProviderType(rawValue: spec.type) else {
            throw DeliveryError.reference("unknown metrics provider \(spec.type)")
        }
        let connection = MetricsConnection(
            spec, credentials: credentials, interval: metric.interval, client: client, now: now)
        return Question(
            provider: try type.provider(connection), query: try Self.render(query, metric.variables))
    }

    private static func render(_ query: String, _ variables: QueryVariables) throws -> String {
        do { return try QueryTemplate(query).render(variables) } catch {
            throw DeliveryError.reference("query render error: \(error)")
        }
    }
}
