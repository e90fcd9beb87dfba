public import FlaggerAPI

/// A server that metrics are asked of.
public protocol MetricsProvider: Sendable {
    /// Checks that the server answers and takes the credentials.
    ///
    /// - Throws: `DeliveryError`, in words for an announcement.
    func verify() async throws
    /// Runs a query whose variables are filled in, in bounded time.
    ///
    /// - Returns: the value; nil when no values were found.
    /// - Throws: `DeliveryError` when the server can't be asked or its answer not be understood.
    func value(of query: String) async throws -> Double?
}

extension MetricTemplate.ProviderType {
    /// The provider of each kind, by one line each.
    ///
    /// - Throws: `DeliveryError` when the specification lacks an address, or the credentials a key.
    public func provider(_ connection: MetricsConnection) throws -> any MetricsProvider {
        switch self {
        case .prometheus: try PrometheusProvider(connection)
        case .datadog: try DatadogProvider(connection)
        case .cloudwatch: try CloudWatchProvider(connection)
        case .newrelic: try NewRelicProvider(connection)
        case .graphite: try GraphiteProvider(connection)
        case .influxdb: try InfluxDBProvider(connection)
        case .dynatrace: try DynatraceProvider(connection)
        case .stackdriver: try StackdriverProvider(connection)
        case .splunk: try SplunkProvider(connection)
        case .externalmetrics: try ExternalMetricsProvider(connection)
        }
    }
}
