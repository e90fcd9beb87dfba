import Delivery
import Proxy
import Synchronization

/// Success rate and duration as the built-in proxy measures them; no metrics server needed.
///
/// Neither what an earlier revision served counts nor what came before the canary was ready.
struct ProxyMetrics: MetricsSource {
    let proxy: ReverseProxy
    let canaryStart: StartTime

    var name: String { "aviary" }

    func verify(_ metrics: [MetricCheck]) async throws {}

    func value(of metric: MetricCheck) async throws -> Double? {
        guard let builtin = metric.builtin else {
            throw DeliveryError.measurement(
                metric: metric.name,
                cause: "only request-success-rate and request-duration are measured without a metrics server")
        }
        let seen = await proxy.statistics(.canary, over: min(metric.interval, canaryStart.age))
        guard seen.requests > 0 else { return nil }
        return switch builtin {
        case .successRate: seen.successRate
        case .duration: seen.durationP99 / .milliseconds(1)
        }
    }
}

/// When something last began.
final class StartTime: Sendable {
    private let instant = Mutex(ContinuousClock.now)

    /// It begins now.
    func reset() { instant.withLock { $0 = ContinuousClock.now } }

    /// How long ago that was; at least a second, the finest window of the proxy's statistics.
    var age: Duration { max(ContinuousClock.now - instant.withLock { $0 }, .seconds(1)) }
}
