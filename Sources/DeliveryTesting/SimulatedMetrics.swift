public import Delivery

/// The metrics of a simulated world.
public struct SimulatedMetrics: MetricsSource {
    let world: World

    /// The metrics of a world.
    public init(_ world: World) { self.world = world }

    /// What announcements call it.
    public var name: String { "simulation" }

    /// Fails when a metric's source is unavailable.
    public func verify() async throws {
        if world.definitionSource.metrics.contains(.unavailable) {
            throw SimulatedFailure(description: "unavailable")
        }
    }

    /// 100 when the metric is good, 0 when it is bad.
    public func value(of metric: MetricCheck) async throws -> Double? {
        try world.with { state in
            let scripts = state.scenario.metrics
            guard let index = Int(metric.name), scripts.indices.contains(index) else { return nil }
            switch scripts[index] {
            case .good: return 100
            case .bad: return 0
            case .empty: return nil
            case .unavailable: throw SimulatedFailure(description: "unavailable")
            case .flaps(let period): return state.isSettled || (state.now / period) % 2 == 0 ? 100 : 0
            }
        }
    }
}
