/// Where the values of metrics come from.
public protocol MetricsSource: Sendable {
    /// What announcements call this source, such as `prometheus`.
    var name: String { get }
    /// Checks that values of these metrics can be had.
    ///
    /// - Throws: when they can't; the error's description is announced.
    func verify(_ metrics: [MetricCheck]) async throws
    /// Measures the canary.
    ///
    /// - Returns: the value, in percent for `request-success-rate` and milliseconds for `request-duration`; nil when
    ///   there was nothing to measure.
    func value(of metric: MetricCheck) async throws -> Double?
}
