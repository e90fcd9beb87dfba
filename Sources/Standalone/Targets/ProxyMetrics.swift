import Delivery
import Proxy

/// Success rate and duration as the built-in proxy measures them; no metrics server needed.
struct ProxyMetrics: MetricsSource {
    let proxy: ReverseProxy

    var name: String { "aviary" }

    func verify() async throws {}

    func value(of metric: MetricCheck) async throws -> Double? {
        guard let builtin = metric.builtin else {
            throw DeliveryError.measurement(
                metric: metric.name,
                cause: "only request-success-rate and request-duration are measured without a metrics server")
        }
        let seen = await proxy.statistics(.canary, over: metric.interval)
        guard seen.requests > 0 else { return nil }
        return switch builtin {
        case .successRate: seen.successRate
        case .duration: seen.durationP99 / .milliseconds(1)
        }
    }
}
