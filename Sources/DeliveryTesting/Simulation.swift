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
        while number < limit {
            number += 1
            let start = world.now.milliseconds
            await tick(number)
            let isOver = world.with { state -> Bool in
                state.endTick()
                if !state.log.violations.isEmpty { return true }
                if state.isOver, state.isSettled {
                    state.checkEnd()
                    return true
                }
                if state.isOver, !state.hasTimedActions { state.settle() }
                state.pass(max(1, start + state.interval - state.now))
                return false
            }
            if isOver { return report(ticks: number) }
        }
        world.with { $0.expect(false, .ends, "still \(TraceEntry.words($0.durable)) after \(number) ticks") }
        return report(ticks: number)
    }

    /// One tick of a process; a crash ends it, and the next tick is another process's.
    private func tick(_ number: Int) async {
        world.with { $0.beginTick(number) }
        let world = world
        let caller = parts.hooks(world)
        let queue = EventQueue(caller: caller) { _ in }
        let interpreter = Interpreter(
            workload: parts.workload(world), router: parts.router(world), store: parts.store(world),
            sink: SimulatedEvents(world), caller: caller, metrics: SimulatedMetrics(world), events: queue,
            now: { world.now })
        do {
            try await interpreter.tick(world.definition)
        } catch {
            world.with { $0.note(.note("tick ended: \(error)")) }
        }
        queue.finish()
        let deliversEvents = world.with { !$0.isDead && !$0.ledger.expectedEvents.isEmpty }
        if deliversEvents { await queue.run() }
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
