/// Runs one scenario again and again, each time with one fault at another effect, and compares the ends.
public struct FaultSweep: Sendable {
    /// The scenario without faults.
    public let scenario: Scenario
    private let kinds: [Faults.Kind]

    /// Prepares a sweep over all effects of a scenario.
    public init(_ scenario: Scenario, kinds: [Faults.Kind] = Faults.Kind.allCases) {
        self.scenario = scenario
        self.kinds = kinds
    }

    /// Runs it without a fault, then with each kind of fault at each effect.
    public func run() async -> SimulationBatch.Totals {
        let calm = await Simulation(scenario).run()
        var totals = SimulationBatch.Totals(calm)
        guard calm.violations.isEmpty else { return totals }
        for step in 1...max(1, calm.steps) {
            for kind in kinds {
                var struck = scenario
                struck.faults.planned = Faults.Planned(step: step, kind: kind)
                totals.add(SimulationBatch.Totals(await Self.compare(struck, with: calm)))
                if !totals.failures.isEmpty { return totals }
            }
        }
        return totals
    }

    /// Runs it without a fault, then with this one.
    public func run(_ fault: Faults.Planned) async -> SimulationReport {
        let calm = await Simulation(scenario).run()
        guard calm.violations.isEmpty else { return calm }
        var struck = scenario
        struck.faults.planned = fault
        return await Self.compare(struck, with: calm)
    }

    private static func compare(_ struck: Scenario, with calm: SimulationReport) async -> SimulationReport {
        var report = await Simulation(struck).run()
        if report.violations.isEmpty, report.end != calm.end {
            report.violations.append(
                Violation(
                    invariant: .sameEnd, detail: "ended in \(report.end), without the fault in \(calm.end)",
                    time: report.trace.last?.time ?? 0))
        }
        return report
    }
}
