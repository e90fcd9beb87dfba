import Delivery
import Randomness
import Rollout

/// All that exists in a simulated world.
struct WorldState: Sendable {
    let scenario: Scenario
    let checksums: [String: Revision]
    var random: SplitMix64
    var now: Int64 = 0

    // What the user wants.
    var plan: Plan
    var interval: Int64
    var target = Scenario.revision(0)
    var nextAction = 0
    var isSettled = false

    // The workload, the router and the store.
    var primary: SimulatedSide?
    var canary: SimulatedSide?
    var primaryWeight = 100
    var canaryRoutes = Routes.primary
    var durable = RolloutStatus()
    /// Hooks that the rollout has durably waited for.
    var awaited: Set<String> = []

    /// Calls that are owed to event hooks, in the order of their commits.
    var owed: [OutboxEntry] = []
    var lastOwed: Int64 = 0

    // The process that performs effects.
    var steps = 0
    var isDead = false

    var ledger = Ledger()
    let log = WorldLog()

    init(_ scenario: Scenario) {
        self.scenario = scenario
        plan = scenario.plan
        interval = scenario.interval
        random = SplitMix64(seed: scenario.seed ^ 0x5EED)
        let revisions = scenario.revisions.indices.map(Scenario.revision)
        checksums = Dictionary(revisions.map { ($0.checksum, $0) }, uniquingKeysWith: { first, _ in first })
        canary = SimulatedSide(revision: target, startedAt: -1_000_000, startup: 0, rolls: false)
    }

    var routesNow: Routes { canaryRoutes }

    var primaryState: WorkloadState { state(of: primary, hitsPrimary: true) }

    var canaryState: WorkloadState { state(of: canary, hitsPrimary: false) }

    private func state(of side: SimulatedSide?, hitsPrimary: Bool) -> WorkloadState {
        guard let side else { return .absent }
        let outage =
            isSettled
            ? nil : scenario.outages.first { $0.hitsPrimary == hitsPrimary && $0.span.contains(now) }
        return side.state(at: now, replicas: scenario.replicas, survivors: outage?.survivors)
    }

    func traits(of revision: Revision) -> RevisionTraits {
        scenario.revisions.indices.first { Scenario.revision($0) == revision }
            .map { scenario.revisions[$0] } ?? RevisionTraits()
    }

    func note(_ happening: TraceEntry.Happening) {
        log.note(TraceEntry(time: now, happening: happening))
    }

    func expect(_ holds: Bool, _ invariant: Invariant, _ detail: @autoclosure () -> String) {
        guard !holds else { return }
        log.note(Violation(invariant: invariant, detail: detail(), time: now))
    }
}
