public import Delivery
public import Rollout

/// The store of a simulated world; what it committed survives crashes.
public struct SimulatedStore: StatusStore {
    let world: World

    /// The store of a world.
    public init(_ world: World) { self.world = world }

    /// The status committed last.
    public func load() async throws -> RolloutStatus {
        try world.with { state in
            guard !state.isDead else { throw CancellationError() }
            return state.durable
        }
    }

    /// Makes a commit durable.
    public func commit(_ commit: Commit) async throws {
        try world.with { state in
            try state.refuseWhenFull()
            try state.effect(.did("commit"), check: { $0.checkCommit(commit) }) { $0.keep(commit) }
        }
    }
}

extension WorldState {
    mutating func refuseWhenFull() throws {
        guard !isDead, !isSettled, scenario.fullStores.contains(where: { $0.contains(now) }) else { return }
        ledger.tick.hadFault = true
        note(.note("refused: the store is full, weight \(canaryRoutes.canaryWeight)"))
        throw SimulatedFailure(description: "the store is full")
    }

    mutating func keep(_ commit: Commit) {
        let phase = durable.phase
        for entry in commit.history { keep(entry) }
        for call in commit.owed {
            lastOwed += 1
            owed.append(OutboxEntry(id: lastOwed, call: call))
        }
        if durable.phase != phase { enter(durable.phase) }
    }

    private mutating func keep(_ entry: HistoryEntry) {
        switch entry.kind {
        case .moved(let status):
            note(.saved(status))
            checkSave(status)
            durable = status
            if case .approval(let hook) = status.wait { awaited.insert(hook) }
        case .announced(let announcement):
            note(.announced(announcement.text))
            checkAnnounced(announcement, phase: entry.phase)
        case .called, .measured, .alerted: break
        }
    }
}
