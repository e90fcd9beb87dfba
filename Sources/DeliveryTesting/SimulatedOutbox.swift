public import Delivery

/// The outbox of a simulated world, and those who watch it live.
public struct SimulatedOutbox: Outbox, EventSink {
    let world: World

    /// The outbox of a world.
    public init(_ world: World) { self.world = world }

    /// The oldest call that waits.
    public func next(excluding receivers: Set<String>) async throws -> OutboxEntry? {
        try world.with { state in
            guard !state.isDead else { throw CancellationError() }
            return state.owed.first { !receivers.contains($0.call.receiver) }
        }
    }

    /// Takes a call off; what came of it needs no keeping here.
    public func settle(_ entry: OutboxEntry, _ outcome: HistoryEntry) async throws {
        try world.with { state in
            try state.refuseWhenFull()
            try state.effect(.did("settle \(entry.id)"), check: { _ in }) { state in
                state.owed.removeAll { $0.id == entry.id }
            }
        }
    }

    /// What is shown needs no keeping either.
    public func record(_ entry: HistoryEntry) async {}
}
