import Delivery

/// One life of the process that performs a simulated target's effects; what it remembers dies with it.
struct Process: Sendable {
    private let world: World
    private let interpreter: Interpreter
    private let courier: Courier

    init(_ parts: Simulation.Parts, _ world: World) {
        self.world = world
        let caller = parts.hooks(world)
        let now = { @Sendable in world.now }
        courier = Courier(
            outbox: parts.outbox(world), caller: caller, now: now,
            pause: { duration in world.with { $0.pass(duration.milliseconds) } })
        interpreter = Interpreter(
            workload: parts.workload(world), router: parts.router(world), store: parts.store(world),
            sink: SimulatedOutbox(world), caller: caller, metrics: SimulatedMetrics(world), courier: courier,
            now: now)
    }

    /// One tick, and as many deliveries as the receivers have time for; a crash ends it.
    func tick() async {
        do {
            let outcome = try await interpreter.tick(world.definition)
            if let trouble = outcome.trouble { world.with { $0.note(.note("trouble: \(trouble)")) } }
        } catch {
            world.with { $0.note(.note("tick ended: \(error)")) }
        }
        await deliver(atMost: world.with { $0.random.pick(0...6) })
    }

    /// Makes calls that are owed, in order, until there are none or so many were made.
    func deliver(atMost limit: Int) async {
        for _ in 0..<limit {
            guard (try? await courier.deliverNext()) == true else { return }
        }
    }
}
