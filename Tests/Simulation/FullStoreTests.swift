import DeliveryTesting
import Rollout
import Testing

/// Nothing can be kept for a while, as on a full disk.
@Suite struct FullStoreTests {
    private func run(_ types: [HookType], _ scripts: [HookScript]) async -> SimulationReport {
        let names = Names(canary: "app", target: "app", namespace: "test", targetKind: "Process")
        let hooks = types.enumerated().map { Hook(index: $0, name: "h-\($1.wireName)", type: $1) }
        let plan = Plan(
            names: names, strategy: .stepped(by: 20, upTo: 60), threshold: 1, hooks: hooks, hasMetrics: true)
        var scenario = Scenario(plan: plan, hooks: scripts, metrics: [.good])
        scenario.fullStores = [45_000..<165_000]
        return await Simulation(scenario).run()
    }

    /// The canary's weight whenever a commit was refused.
    private func weights(_ report: SimulationReport) -> [String] {
        report.trace.compactMap { entry in
            guard case .note(let text) = entry.happening, text.hasPrefix("refused") else { return nil }
            return text.split(separator: " ").last.map(String.init)
        }
    }

    @Test(
        "a rollback takes the traffic off the canary at once, and it stays off",
        arguments: [
            (HookType.rollback, HookScript(.opens(at: 46_000))), (.rollout, HookScript(.closes(at: 46_000))),
        ])
    func rollsBack(_ type: HookType, _ script: HookScript) async {
        let report = await run([type, .event], [script, HookScript(.passes)])
        #expect(report.violations.isEmpty && report.status.phase == .failed, "\(report.failure)")
        let found = weights(report)
        #expect(found.count > 10 && found.dropFirst().allSatisfy { $0 == "0" }, "\(report.failure)")
        let told = report.trace.filter {
            "\($0)".contains("announced: The state of app.test could not be kept")
        }
        #expect(told.count == 1, "\(report.failure)")
    }

    @Test("a rollout that passes goes one step further at most, and ends as without it")
    func holds() async {
        let report = await run([.event], [HookScript(.passes)])
        #expect(report.violations.isEmpty && report.status.phase == .succeeded, "\(report.failure)")
        let found = weights(report)
        #expect(found.count > 10 && Set(found).isSubset(of: ["40", "60"]), "\(found)")
    }
}
