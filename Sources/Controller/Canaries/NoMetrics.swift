import Delivery

struct NoMetrics: MetricsSource {
    var name: String { "prometheus" }
    func verify() async throws {}
    func value(of metric: MetricCheck) async throws -> Double? {
        throw DeliveryError.measurement(metric: metric.name, cause: "no metrics provider")
    }
}
