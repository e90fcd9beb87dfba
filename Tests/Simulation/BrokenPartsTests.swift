import Delivery
import DeliveryTesting
import FlaggerAPI
import Rollout
import Testing

/// The invariants can fail: each part broken on purpose is caught, with the seed and the command that replays it.
@Suite struct BrokenPartsTests {
    /// Runs random scenarios until the broken part is caught.
    private func catches(_ parts: Simulation.Parts, _ expected: Set<Invariant>) async throws {
        for seed in 0..<2000 as Range<UInt64> {
            let report = await Simulation(Scenario.wild(seed: seed), parts: parts).run()
            guard let violation = report.violations.first else { continue }
            #expect(expected.contains(violation.invariant), "\(report.failure)")
            #expect(report.failure.contains("Scripts/simulate --seed \(seed)"))
            #expect(report.failure.contains(violation.description))
            return
        }
        Issue.record("nothing was caught in 2000 scenarios")
    }

    @Test("a router that sends more than it was told")
    func generousRouter() async throws {
        try await catches(
            .with(router: { Generous(base: SimulatedRouter($0)) }), [.approvedIncrease, .shownWeight])
    }

    @Test("a router that does nothing")
    func idleRouter() async throws {
        try await catches(.with(router: { Idle(base: SimulatedRouter($0)) }), [.shownWeight])
    }

    @Test("gates that are taken as open without being asked")
    func unaskedGates() async throws {
        try await catches(
            .with(hooks: { Unasked(base: SimulatedHooks($0)) }),
            [
                .approvedStart, .approvedIncrease, .approvedPromotion, .testedBeforeTraffic, .toldEnd,
                .eventOrder,
            ])
    }

    @Test("a workload that never stops the canary")
    func lingeringWorkload() async throws {
        try await catches(.with(workload: { Lingering(base: SimulatedWorkload($0)) }), [.ends])
    }

    @Test("an outbox that forgets calls")
    func leakingOutbox() async throws {
        try await catches(.with(outbox: { Leaking(base: SimulatedOutbox($0)) }), [.eventsHeard])
    }

    @Test("an outbox that takes off a call that was not made")
    func hastyOutbox() async throws {
        try await catches(
            .with(outbox: { Hasty(base: SimulatedOutbox($0)) }), [.eventOrder, .eventsHeard])
    }

    @Test("a store that keeps the status without the calls owed for it")
    func tornCommit() async throws {
        try await catches(
            .with(store: { Torn(base: SimulatedStore($0)) }), [.committedTogether, .eventsHeard])
    }

    @Test("a store that forgets what it was told to keep")
    func forgetfulStore() async throws {
        try await catches(
            .with(store: { Forgetful(base: SimulatedStore($0)) }),
            [.ends, .approvedPromotion, .approvedStart, .announcedPhase, .announcedOnce, .hookOrder])
    }
}

private struct Generous: Router {
    let base: SimulatedRouter
    func routes() async throws -> Routes? { try await base.routes() }
    func route(_ routes: Routes) async throws {
        var more = routes
        if more.canaryWeight > 0 { more.canaryWeight = min(100, more.canaryWeight + 5) }
        try await base.route(more)
    }
}

private struct Idle: Router {
    let base: SimulatedRouter
    func routes() async throws -> Routes? { try await base.routes() }
    func route(_ routes: Routes) async throws {}
}

private struct Unasked: HookCaller {
    let base: SimulatedHooks
    func call(_ endpoint: HookEndpoint, payload: CanaryWebhookPayload) async -> HookOutcome {
        payload.phase == "Progressing"
            ? HookOutcome(status: 200) : await base.call(endpoint, payload: payload)
    }
}

private struct Lingering: Workload {
    let base: SimulatedWorkload
    func observe() async throws -> WorkloadObservation { try await base.observe() }
    func initialise(at revision: Revision) async throws { try await base.initialise(at: revision) }
    func scaleUp(to revision: Revision) async throws { try await base.scaleUp(to: revision) }
    func scaleDown() async throws {}
    func promote(_ revision: Revision) async throws { try await base.promote(revision) }
}

private struct Forgetful: StatusStore {
    let base: SimulatedStore
    func load() async throws -> RolloutStatus { try await base.load() }
    func commit(_ commit: Commit) async throws {
        if commit.status?.phase != .promoting { try await base.commit(commit) }
    }
}

private struct Torn: StatusStore {
    let base: SimulatedStore
    func load() async throws -> RolloutStatus { try await base.load() }
    func commit(_ commit: Commit) async throws {
        try await base.commit(Commit(status: commit.status, history: commit.history))
    }
}

private struct Leaking: Outbox {
    let base: SimulatedOutbox
    func next(excluding receivers: Set<String>) async throws -> OutboxEntry? { nil }
    func settle(_ entry: OutboxEntry, _ outcome: HistoryEntry) async throws {}
}

/// Takes off the call behind the one that was made.
private struct Hasty: Outbox {
    let base: SimulatedOutbox
    func next(excluding receivers: Set<String>) async throws -> OutboxEntry? {
        try await base.next(excluding: receivers)
    }
    func settle(_ entry: OutboxEntry, _ outcome: HistoryEntry) async throws {
        try await base.settle(entry, outcome)
        try await base.settle(OutboxEntry(id: entry.id + 1, call: entry.call), outcome)
    }
}

extension Simulation.Parts {
    fileprivate static func with(
        workload: (@Sendable (World) -> any Workload)? = nil,
        router: (@Sendable (World) -> any Router)? = nil,
        store: (@Sendable (World) -> any StatusStore)? = nil,
        outbox: (@Sendable (World) -> any Outbox)? = nil,
        hooks: (@Sendable (World) -> any HookCaller)? = nil
    ) -> Self {
        var parts = Self()
        if let workload { parts.workload = workload }
        if let router { parts.router = router }
        if let store { parts.store = store }
        if let outbox { parts.outbox = outbox }
        if let hooks { parts.hooks = hooks }
        return parts
    }
}
