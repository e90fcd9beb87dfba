import DeliveryTesting
import Foundation
import Testing

/// Which seeds to run: a fixed base, so that two runs are the same, or what the environment says.
struct SimulationSettings {
    var seeds: Range<UInt64>
    var planned: Faults.Planned?
    var printsTrace: Bool

    /// - Parameters:
    ///   - family: a seed in the environment counts for the scenarios of one family only.
    ///   - count: how many seeds there are without one.
    static func fromEnvironment(family: Scenario.Family, count: UInt64) -> SimulationSettings {
        let environment = ProcessInfo.processInfo.environment
        let seed = environment["AVIARY_SIMULATION_SEED"].flatMap { UInt64($0) }
        let chosen = environment["AVIARY_SIMULATION_FAMILY"] ?? Scenario.Family.wild.rawValue
        let wanted = environment["AVIARY_SIMULATION_COUNT"].flatMap { UInt64($0) }
        let isMine = chosen == family.rawValue
        let base = (isMine ? seed : nil) ?? 1_000_000
        let length = (isMine ? wanted : nil) ?? (seed == nil ? count : isMine ? 1 : 0)
        return SimulationSettings(
            seeds: base..<(base + length), planned: planned(environment["AVIARY_SIMULATION_FAULT"]),
            printsTrace: seed != nil && length == 1)
    }

    /// A fault written as `kind@effect`, such as `crashAfter@17`.
    private static func planned(_ text: String?) -> Faults.Planned? {
        let parts = (text ?? "").split(separator: "@")
        guard parts.count == 2, let step = Int(parts[1]),
            let kind = Faults.Kind.allCases.first(where: { "\($0)" == parts[0] })
        else { return nil }
        return Faults.Planned(step: step, kind: kind)
    }

    /// All faults of a seed's scenario, or the one that the environment names.
    func sweep(_ seed: UInt64) async -> SimulationBatch.Totals {
        let sweep = FaultSweep(Scenario.convergent(seed: seed))
        guard let planned else { return await sweep.run() }
        let report = await sweep.run(planned)
        print(report.failure)
        return SimulationBatch.Totals(report)
    }

    /// Prints what was run, and fails the test with the first failures' traces.
    func report(_ what: String, _ totals: SimulationBatch.Totals, _ time: Duration) {
        let ends = totals.ends.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        print(
            "\(what): \(totals.runs) runs from seed \(seeds.lowerBound), \(totals.rollouts) rollouts, "
                + "\(totals.ticks) ticks, \(totals.effects) effects in \(time); ends: \(ends.joined(separator: ", "))"
        )
        for failure in totals.failures.prefix(2) { Issue.record("\(failure.failure)") }
    }
}
