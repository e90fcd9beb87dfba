public import Delivery
public import Rollout

/// The store of a simulated world; what it saved survives crashes.
public struct SimulatedStore: StatusStore {
    let world: World

    /// The store of a world.
    public init(_ world: World) { self.world = world }

    /// What was saved last.
    public func load() async throws -> RolloutStatus {
        try world.with { state in
            guard !state.isDead else { throw CancellationError() }
            return state.durable
        }
    }

    /// Makes a status durable.
    public func save(_ status: RolloutStatus) async throws {
        try world.with { state in
            try state.effect(.saved(status), check: { $0.checkSave(status) }) { world in
                let hasMoved = status.phase != world.durable.phase
                world.durable = status
                if case .approval(let hook) = status.wait { world.awaited.insert(hook) }
                if hasMoved { world.enter(status.phase) }
            }
        }
    }
}
