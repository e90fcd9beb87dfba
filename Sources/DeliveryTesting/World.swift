public import Delivery
public import Rollout
import Synchronization

/// A simulated world: one target with its router, store, hooks, metrics and users under a virtual clock.
///
/// Invariants are checked after every effect; what they find is kept in `violations`.
public final class World: Sendable {
    private let state: Mutex<WorldState>
    let definitionSource: Scenario

    /// Makes the world of a scenario at virtual time zero.
    public init(_ scenario: Scenario) {
        state = Mutex(WorldState(scenario))
        definitionSource = scenario
    }

    /// Virtual time.
    public var now: Timestamp { with { Timestamp(milliseconds: $0.now) } }

    /// What is durable.
    public var status: RolloutStatus { with { $0.durable } }

    /// What the router does.
    public var routes: Routes { with { $0.routesNow } }

    /// Which invariants did not hold, in order.
    public var violations: [Violation] { with { $0.log.violations } }

    /// All that happened, in order.
    public var trace: [TraceEntry] { with { $0.log.trace } }

    /// Effects performed so far, calls and records included.
    public var steps: Int { with { $0.steps } }

    /// What the user wants now.
    public var definition: CanaryDefinition {
        let (plan, interval) = with { ($0.plan, $0.interval) }
        var definition = definitionSource.definition(plan)
        definition.interval = .milliseconds(interval)
        return definition
    }

    /// Looks at or changes the world, alone.
    func with<Value, Failure: Error>(
        _ body: (inout WorldState) throws(Failure) -> sending Value
    ) throws(Failure) -> sending Value {
        try state.withLock(body)
    }
}
