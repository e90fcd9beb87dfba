/// The Prometheus queries of the two metrics that need none of the user's.
///
/// Variables are written as in a MetricTemplate: `{{ name }}`, `{{ namespace }}`, `{{ target }}`, `{{ service }}`,
/// `{{ ingress }}`, `{{ route }}`, `{{ interval }}`.
public struct BuiltinQueries: Sendable, Equatable {
    /// What a duration query measures in.
    public enum DurationUnit: Sendable { case seconds, milliseconds }

    /// `request-success-rate`: a percentage.
    public let successRate: String
    /// `request-duration`: the 99th percentile.
    public let duration: String
    /// The unit of `duration`.
    public let unit: DurationUnit
    /// Whether names in the metrics have `_` for all but letters, digits and `_`; see ``measured(_:)``.
    public let replacesPunctuation: Bool
    /// Whether `{{ route }}` stands for the newest revision of the target, and not for `spec.routeRef`.
    public let routeIsRevision: Bool

    /// Queries; durations are in seconds unless told.
    public init(
        successRate: String, duration: String, unit: DurationUnit = .seconds,
        replacesPunctuation: Bool = false, routeIsRevision: Bool = false
    ) {
        self.successRate = successRate
        self.duration = duration
        self.unit = unit
        self.replacesPunctuation = replacesPunctuation
        self.routeIsRevision = routeIsRevision
    }

    /// What stands for the value of a name variable (not `interval`) in these queries.
    public func measured(_ name: String) -> String {
        guard replacesPunctuation else { return name }
        return String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }

    /// What Envoy counts of the cluster that these labels pick.
    static func envoy(labels: String, routeIsRevision: Bool = false) -> BuiltinQueries {
        BuiltinQueries(
            successRate: """
                sum(rate(envoy_cluster_upstream_rq{\(labels),envoy_response_code!~"5.*"}[{{ interval }}])) / \
                sum(rate(envoy_cluster_upstream_rq{\(labels)}[{{ interval }}])) * 100
                """,
            duration: """
                histogram_quantile(0.99, sum(rate(envoy_cluster_upstream_rq_time_bucket{\(labels)}\
                [{{ interval }}])) by (le))
                """, unit: .milliseconds, routeIsRevision: routeIsRevision)
    }

    /// What services that count their requests as podinfo does expose themselves, without a mesh.
    public static let http = BuiltinQueries(
        successRate: """
            sum(rate(http_request_duration_seconds_count{kubernetes_namespace="{{ namespace }}",\
            kubernetes_pod_name=~"{{ target }}-[0-9a-zA-Z]+(-[0-9a-zA-Z]+)",status!~"5.*"}[{{ interval }}])) / \
            sum(rate(http_request_duration_seconds_count{kubernetes_namespace="{{ namespace }}",\
            kubernetes_pod_name=~"{{ target }}-[0-9a-zA-Z]+(-[0-9a-zA-Z]+)"}[{{ interval }}])) * 100
            """,
        duration: """
            histogram_quantile(0.99, sum(rate(http_request_duration_seconds_bucket{\
            kubernetes_namespace="{{ namespace }}",\
            kubernetes_pod_name=~"{{ target }}-[0-9a-zA-Z]+(-[0-9a-zA-Z]+)"}[{{ interval }}])) by (le))
            """)
}
