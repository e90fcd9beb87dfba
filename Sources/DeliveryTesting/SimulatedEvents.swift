public import Delivery
import Rollout

/// The history of a simulated world.
public struct SimulatedEvents: EventSink {
    let world: World

    /// The history of a world.
    public init(_ world: World) { self.world = world }

    /// Keeps an entry in the world's trace.
    public func record(_ entry: HistoryEntry) async { world.with { $0.record(entry) } }
}

extension WorldState {
    mutating func record(_ entry: HistoryEntry) {
        switch entry.kind {
        case .announced(let announcement):
            guard beginInfallible() else { return }
            note(.announced(announcement.text))
            checkAnnounced(announcement, phase: entry.phase)
            endInfallible()
        case .measured(let metric):
            guard !isDead else { return }
            if metric.failure != nil, ledger.tick.failedChecks == 0 { ledger.tick.failedChecks = 1 }
            note(.did("measured \(metric.isWithinRange ? "good" : "bad")"))
        case .called, .moved, .alerted: break
        }
    }
}
