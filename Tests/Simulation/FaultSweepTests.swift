import DeliveryTesting
import Testing

@Suite struct FaultSweepTests {
    @Test("a crash, or an effect that fails or is only reported to, at any effect leads to the same end")
    func sameEnd() async {
        let settings = SimulationSettings.fromEnvironment(family: .convergent, count: 60)
        let start = ContinuousClock.now
        let totals = await SimulationBatch.run(seeds: settings.seeds) { seed in
            await settings.sweep(seed)
        }
        settings.report("fault sweeps", totals, ContinuousClock.now - start)
    }
}
