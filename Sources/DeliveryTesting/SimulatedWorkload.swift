public import Delivery
public import Rollout

/// The two sides of a simulated target, whose processes go on when the interpreter crashes.
public struct SimulatedWorkload: Workload {
    let world: World

    /// The workload of a world.
    public init(_ world: World) { self.world = world }

    /// Looks at the target and both sides.
    public func observe() async throws -> WorkloadObservation { try world.with { try $0.observe() } }

    /// Creates primary at this revision.
    public func initialise(at revision: Revision) async throws {
        try world.with { state in
            try state.effect(.did("initialise \(revision.spec)"), check: { $0.checkInitialise() }) {
                $0.movePrimary(to: revision, rolls: false)
            }
        }
    }

    /// Starts the canary's replicas anew at this revision.
    public func scaleUp(to revision: Revision) async throws {
        try world.with { state in
            try state.effect(.did("scale up \(revision.spec)"), check: { $0.checkScaleUp(revision) }) {
                guard $0.canary?.revision != revision else { return }
                $0.canary = SimulatedSide(
                    revision: revision, startedAt: $0.now, startup: $0.traits(of: revision).canaryStartup,
                    rolls: false)
            }
        }
    }

    /// Stops the canary.
    public func scaleDown() async throws {
        try world.with { state in
            try state.effect(.did("scale down"), check: { $0.checkScaleDown() }) { $0.canary = nil }
        }
    }

    /// Moves primary to the target's revision.
    public func promote(_ revision: Revision) async throws {
        try world.with { state in
            try state.effect(.did("promote \(revision.spec)"), check: { $0.checkPromote(revision) }) {
                guard $0.target == revision else {
                    $0.ledger.tick.hadFault = true
                    throw SimulatedFailure(description: "the target is not at \(revision.spec) any more")
                }
                $0.movePrimary(to: revision, rolls: $0.traits(of: revision).rollsPrimary)
            }
        }
    }
}

extension WorldState {
    mutating func observe() throws -> WorkloadObservation {
        guard !isDead else { throw CancellationError() }
        pass(1)
        let found = WorkloadObservation(target: target, primary: primaryState, canary: canaryState)
        ledger.tick.observed = found
        note(.looked(found))
        return found
    }

    mutating func movePrimary(to revision: Revision, rolls: Bool) {
        guard primary?.revision != revision else { return }
        primary = SimulatedSide(
            revision: revision, startedAt: now, startup: traits(of: revision).primaryStartup,
            rolls: rolls && primaryState.hasEndpoints)
    }
}
