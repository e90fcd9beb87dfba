/// Many scenarios, run side by side.
public enum SimulationBatch {
    /// Runs one scenario a seed.
    ///
    /// - Parameters:
    ///   - seeds: the seeds.
    ///   - children: how many run side by side.
    ///   - limit: reports of failures that are kept.
    ///   - run: runs the scenario of a seed and returns its reports.
    /// - Returns: what was run, in numbers, and the first failures.
    public static func run(
        seeds: Range<UInt64>, children: Int = 4, limit: Int = 3,
        _ run: @escaping @Sendable (UInt64) async -> Totals
    ) async -> Totals {
        await withTaskGroup(of: Totals.self) { group in
            for child in 0..<UInt64(max(1, children)) {
                group.addTask {
                    var totals = Totals()
                    for seed in stride(
                        from: seeds.lowerBound + child, to: seeds.upperBound, by: max(1, children))
                    {
                        guard totals.failures.count < limit, !Task.isCancelled else { break }
                        totals.add(await run(seed))
                    }
                    return totals
                }
            }
            return await group.reduce(into: Totals()) { $0.add($1) }
        }
    }

    /// What was run.
    public struct Totals: Sendable {
        /// Scenarios run to their end.
        public var runs = 0
        /// Rollouts that ended in all of them.
        public var rollouts = 0
        /// Ticks in all of them.
        public var ticks = 0
        /// Effects in all of them.
        public var effects = 0
        /// How many ended in each phase.
        public var ends: [String: Int] = [:]
        /// Runs in which an invariant did not hold.
        public var failures: [SimulationReport] = []

        /// Nothing yet.
        public init() {}

        /// One run.
        public init(_ report: SimulationReport) {
            runs = 1
            rollouts = report.rollouts
            ticks = report.ticks
            effects = report.steps
            ends = [report.status.phase?.rawValue ?? "-": 1]
            if !report.violations.isEmpty { failures = [report] }
        }

        /// Adds other totals.
        public mutating func add(_ other: Totals) {
            runs += other.runs
            rollouts += other.rollouts
            ticks += other.ticks
            effects += other.effects
            ends.merge(other.ends, uniquingKeysWith: +)
            failures += other.failures
        }
    }
}
