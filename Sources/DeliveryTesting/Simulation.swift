public import Delivery
public import Rollout

/// Runs scenarios: the production interpreter and core in a simulated world, until the last rollout has ended.
public struct Simulation: Sendable {
    /// The parts between the interpreter and the world; replace one to see what an error in it leads to.
    public struct Parts: Sendable {
        /// Makes the workload.
        public var workload: @Sendable (World) -> any Workload = { SimulatedWorkload($0) }
        /// Makes the router.
        public var router: @Sendable (World) -> any Router = { SimulatedRouter($0) }
        /// Makes the store.
        public var store: @Sendable (World) -> any StatusStore = { SimulatedStore($0) }
        /// Makes the outbox.
        public var outbox: @Sendable (World) -> any Outbox = { SimulatedOutbox($0) }
        /// Makes the caller of hooks.
        public var hooks: @Sendable (World) -> any HookCaller = { SimulatedHooks($0) }

        /// The simulated parts.
        public init() {}
    }

    /// What happens.
    public let scenario: Scenario
    private let parts: Parts
    private let world: World

    /// Prepares a run.
    public init(_ scenario: Scenario, parts: Parts = Parts()) {
        self.scenario = scenario
        self.parts = parts
        world = World(scenario)
    }

    /// Runs the scenario, crashes and restarts included, until nothing more happens or an invariant does not hold.
    public func run() async -> SimulationReport {
        let limit = scenario.tickLimit
        var number = 0
        var process = Process(parts, world)
        while number < limit {
            number += 1
            let start = world.now.milliseconds
            world.with { $0.beginTick(number) }
            await process.tick()
            revive(&process)
            if await isOver(&process) { return report(ticks: number) }
            world.with { $0.pass(max(1, start + $0.interval - $0.now)) }
        }
        world.with { $0.expect(false, .ends, "still \(TraceEntry.words($0.durable)) after \(number) ticks") }
        return report(ticks: number)
    }

    /// What a crash left is another process's.
    ///
    /// - Returns: whether there was a crash.
    @discardableResult
    private func revive(_ process: inout Process) -> Bool {
        let wasDead = world.with { state in
            defer { state.isDead = false }
            return state.isDead
        }
        if wasDead { process = Process(parts, world) }
        return wasDead
    }

    /// Whether everything has ended, or an invariant did not hold.
    private func isOver(_ process: inout Process) async -> Bool {
        let isAtRest = world.with { $0.isAtRest() }
        if isAtRest {
            repeat { await process.deliver(atMost: .max) } while revive(&process)
            world.with { $0.checkEnd() }
        }
        return isAtRest || !world.violations.isEmpty
    }

    private func report(ticks: Int) -> SimulationReport {
        world.with { state in
            SimulationReport(
                scenario: state.scenario, status: state.durable, violations: state.log.violations,
                trace: state.log.trace, rollouts: state.ledger.endedRollouts, ticks: ticks, steps: state.steps
            )
        }
    }
}
