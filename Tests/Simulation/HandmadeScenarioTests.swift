import DeliveryTesting
import Rollout
import Testing

@Suite struct HandmadeScenarioTests {
    private static let names = Names(canary: "app", target: "app", namespace: "test", targetKind: "Process")

    private func scenario(_ types: [HookType], _ scripts: [HookScript], threshold: Int = 1) -> Scenario {
        let hooks = types.enumerated().map { Hook(index: $0, name: "h-\($1.wireName)", type: $1) }
        let plan = Plan(
            names: Self.names, strategy: .stepped(by: 30, upTo: 60), threshold: threshold, hooks: hooks,
            hasMetrics: true)
        return Scenario(plan: plan, hooks: scripts, metrics: [.good])
    }

    private func told(_ report: SimulationReport) -> [String] {
        report.trace.compactMap { if case .announced(let text) = $0.happening { text } else { nil } }
    }

    @Test("promotes a revision that passes, step by step")
    func promotes() async {
        let report = await Simulation(scenario([], [])).run()
        #expect(report.violations.isEmpty, "\(report.failure)")
        #expect(report.status.phase == .succeeded && report.status.lastPromoted == Scenario.revision(1))
        #expect(
            told(report).suffix(5) == [
                "Advance app.test canary weight 30", "Advance app.test canary weight 60",
                "Copying app.test template spec to app-primary.test", "Routing all traffic to primary",
                "Promotion completed! Scaling down app.test",
            ])
    }

    @Test("goes on once a gate opens, and tells the wait once")
    func gate() async {
        let report = await Simulation(scenario([.confirmPromotion], [HookScript(.opens(at: 200_000))])).run()
        #expect(report.violations.isEmpty, "\(report.failure)")
        #expect(report.status.phase == .succeeded)
        #expect(told(report).filter { $0.contains("waiting for promotion approval") }.count == 1)
    }

    @Test(
        "rolls back when a metric is bad, a hook stalls, or the rollback hook opens",
        arguments: [
            ([HookType.rollout], [HookScript(.stalls)], MetricScript.good),
            ([.rollback], [HookScript(.opens(at: 50_000))], .good),
            ([], [], .bad), ([], [], .empty), ([], [], .unavailable),
        ])
    func rollsBack(_ types: [HookType], _ scripts: [HookScript], _ metric: MetricScript) async {
        var scenario = scenario(types, scripts)
        scenario.metrics = [metric]
        let report = await Simulation(scenario).run()
        #expect(report.violations.isEmpty, "\(report.failure)")
        #expect(report.status.phase == .failed && report.status.lastPromoted == Scenario.revision(0))
        #expect(report.status.routes == .primary)
    }

    @Test("a crash at the very moment of promotion is made good by the next process")
    func crash() async {
        let calm = await Simulation(scenario([], [])).run()
        let promoted = calm.trace.contains {
            if case .did("promote r1") = $0.happening { true } else { false }
        }
        #expect(promoted)
        for step in 1...calm.steps {
            var struck = scenario([], [])
            struck.faults.planned = Faults.Planned(step: step, kind: .crashAfter)
            let report = await Simulation(struck).run()
            #expect(report.violations.isEmpty && report.end == calm.end, "\(report.failure)")
        }
    }
}
