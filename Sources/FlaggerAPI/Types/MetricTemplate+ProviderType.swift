extension MetricTemplate {
    /// The kinds of server that metrics come from, by wire name.
    public enum ProviderType: String, CaseIterable, Sendable {
        case prometheus, datadog, cloudwatch, newrelic, graphite, influxdb, dynatrace, stackdriver, splunk
        case externalmetrics

        /// Kinds that the peer knows and Aviary does not, and what to do instead.
        static let unsupported = [
            "keptn": "query the metrics server that Keptn asks, such as prometheus, itself"
        ]
    }
}

extension MetricTemplate.ProviderType {
    /// Whether there is no server to ask without an `address`.
    public var needsAddress: Bool {
        switch self {
        case .prometheus, .graphite, .influxdb, .dynatrace, .splunk, .externalmetrics: true
        case .datadog, .newrelic, .cloudwatch, .stackdriver: false
        }
    }

    /// Whether it can't be asked without a secret.
    public var needsSecret: Bool {
        switch self {
        case .datadog, .newrelic, .dynatrace, .splunk, .stackdriver: true
        case .prometheus, .graphite, .influxdb, .cloudwatch, .externalmetrics: false
        }
    }

    /// The keys that a secret holds for it, as the peer names them: one of these sets, whole.
    public var secretKeys: [[String]] {
        switch self {
        case .prometheus: [["token"], ["username", "password"]]
        case .graphite: [["username", "password"]]
        case .influxdb: [["token", "org"]]
        case .datadog: [["datadog_api_key", "datadog_application_key"]]
        case .newrelic: [["newrelic_account_id", "newrelic_query_key"]]
        case .dynatrace: [["dynatrace_token"]]
        case .splunk: [["sf_token_key"]]
        case .cloudwatch: [["aws_access_key_id", "aws_secret_access_key"]]
        case .stackdriver: [["project"]]
        case .externalmetrics: [["token"]]
        }
    }
}
