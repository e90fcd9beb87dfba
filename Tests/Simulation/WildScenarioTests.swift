import DeliveryTesting
import Testing

@Suite struct WildScenarioTests {
    @Test("every invariant holds after every effect of 20,000 random scenarios")
    func random() async {
        let settings = SimulationSettings.fromEnvironment(family: .wild, count: 20_000)
        let start = ContinuousClock.now
        let totals = await SimulationBatch.run(seeds: settings.seeds) { seed in
            let report = await Simulation(Scenario.wild(seed: seed)).run()
            if settings.printsTrace, report.violations.isEmpty { print(report.failure) }
            return SimulationBatch.Totals(report)
        }
        settings.report("random scenarios", totals, ContinuousClock.now - start)
    }

    @Test("two runs of one seed are the same, effect by effect", arguments: [1, 2, 3, 4, 5] as [UInt64])
    func repeats(_ seed: UInt64) async {
        let first = await Simulation(Scenario.wild(seed: seed)).run()
        let second = await Simulation(Scenario.wild(seed: seed)).run()
        #expect(first.trace.map(\.description) == second.trace.map(\.description))
        #expect(first.trace.count > 10)
    }
}
