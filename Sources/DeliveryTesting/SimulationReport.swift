public import Rollout

/// How the run of a scenario went.
public struct SimulationReport: Sendable {
    /// What was run.
    public var scenario: Scenario
    /// What was durable at the end.
    public var status: RolloutStatus
    /// Which invariants did not hold.
    public var violations: [Violation]
    /// All that happened, in order.
    public var trace: [TraceEntry]
    /// How many rollouts ended in it.
    public var rollouts: Int
    /// How many ticks it took.
    public var ticks: Int
    /// How many effects were performed, calls and announcements included.
    public var steps: Int

    /// Where it ended, for the comparison with another run of the same scenario.
    public struct End: Equatable, Sendable {
        /// The phase.
        public var phase: Phase?
        /// The revision under analysis last.
        public var lastApplied: Revision?
        /// The revision that primary runs.
        public var lastPromoted: Revision?
        /// The split of the traffic.
        public var routes: Routes
    }

    /// Where it ended.
    public var end: End {
        End(
            phase: status.phase, lastApplied: status.lastApplied, lastPromoted: status.lastPromoted,
            routes: status.routes)
    }

    /// The seed, what did not hold, the whole trace, and the command that replays it.
    public var failure: String {
        """
        seed \(scenario.seed): \(violations.map(\.description).joined(separator: "; "))
        plan: \(scenario.summary)
        \(trace.map(\.description).joined(separator: "\n"))
        replay: \(scenario.replayCommand)
        """
    }
}

extension Scenario {
    /// The command that runs this scenario again.
    var replayCommand: String {
        var command = "Scripts/simulate --seed \(seed)"
        if family == .convergent { command += " --family convergent" }
        if let planned = faults.planned { command += " --fault \(planned.kind)@\(planned.step)" }
        return command
    }

    /// What was asked for, in one line.
    var summary: String {
        let hooks = zip(plan.hooks, self.hooks).map {
            "\($0.name) \($1.answer) then \($1.settledPass as Any)"
        }
        return "\(plan.strategy) mirrors \(plan.mirrors) promotionStep \(plan.promotionStep as Any) "
            + "threshold \(plan.threshold) skips \(plan.skipsAnalysis) shifts \(plan.shiftsTraffic) "
            + "deadline \(plan.progressDeadline) gateDeadline \(plan.gateDeadline as Any) interval \(interval) "
            + "hooks \(hooks) metrics \(metrics) revisions \(revisions) outages \(outages) full \(fullStores) actions \(actions) "
            + "faults \(faults)"
    }

    /// Ticks within which everything must have ended.
    var tickLimit: Int {
        let interval = max(1, self.interval / 2)
        let deadline = plan.progressDeadline.milliseconds / interval
        let gate = (plan.gateDeadline?.after.milliseconds ?? 0) / interval
        let revisionTicks = 60 + 3 * Int(deadline) + 4 * Int(gate)
        return Int(settlesAt / interval) + 5 * revisionTicks
    }
}

extension Duration {
    var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
