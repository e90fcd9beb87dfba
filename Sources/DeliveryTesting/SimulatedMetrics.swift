public import Delivery

/// The metrics of a simulated world.
public struct SimulatedMetrics: MetricsSource {
    let world: World

    /// The metrics of a world.
    public init(_ world: World) { self.world = world }

    /// What announcements call it.
    public var name: String { "simulation" }

    /// Fails when a metric's source is unavailable.
    public func verify(_ metrics: [MetricCheck]) async throws {
        if world.definitionSource.metrics.contains(.unavailable) {
            throw SimulatedFailure(description: "unavailable")
        }
    }

    /// 100 when the metric is good, 0 when it is bad.
    public func value(of metric: MetricCheck) async throws -> Double? {
        try world.with { state in
            let scripts = state.scenario.metrics
            guard let index = Int(metric.name), scripts.indices.contains(index) else { return nil }
            return try state.measure(scripts[index])
        }
    }
}

extension WorldState {
    mutating func measure(_ script: MetricScript) throws -> Double? {
        let isGood =
            switch script {
            case .good: true
            case .bad, .empty, .unavailable: false
            case .flaps(let period): isSettled || (now / period) % 2 == 0
            }
        note(.did("measured \(isGood ? "good" : "bad")"))
        if !isGood, ledger.tick.failedChecks == 0 { ledger.tick.failedChecks = 1 }
        switch script {
        case .empty: return nil
        case .unavailable: throw SimulatedFailure(description: "unavailable")
        case .good, .bad, .flaps: return isGood ? 100 : 0
        }
    }
}
