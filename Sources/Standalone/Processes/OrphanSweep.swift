import Glibc
import Processes

/// Ends the processes that an earlier run left behind and nobody wants.
///
/// Every replica and what it starts carries `AVIARY_OWNER`, so that one is found even when Aviary was
/// killed before it could record it.
public struct OrphanSweep: Sendable {
    private let owner: String
    private let registry: any ProcessRegistry
    private let gracePeriod: Duration
    private let clock: any Clock<Duration>

    /// Creates a sweep for the data directory that `owner` identifies.
    ///
    /// - Parameter gracePeriod: Time between SIGTERM and SIGKILL; 5 s by default.
    public init(
        owner: String, registry: any ProcessRegistry, gracePeriod: Duration = .seconds(5),
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.owner = owner
        self.registry = registry
        self.gracePeriod = gracePeriod
        self.clock = clock
    }

    /// Returns the records of replicas that are alive and wanted, for `ReplicaSet` to adopt, once all other
    /// processes of this owner have ended; their records are removed. To be run before the first replica
    /// is started.
    ///
    /// - Throws: What the registry throws.
    public func run(keeping isWanted: @Sendable (ReplicaRecord) -> Bool) async throws -> [ReplicaRecord] {
        let records = try await registry.all()
        let alive = records.filter(ReplicaProcess.isAlive)
        let survivors = alive.filter(isWanted)
        let kept = Set(survivors.map(\.id))
        let unwanted = alive.filter { !kept.contains($0.id) }
        await end(keeping: kept, unwanted: unwanted)
        for record in records where !kept.contains(record.id) {
            try await registry.remove(id: record.id)
        }
        return survivors
    }

    private func end(keeping kept: Set<String>, unwanted: [ReplicaRecord]) async {
        signal(orphans(keeping: kept, unwanted: unwanted), SIGTERM)
        let orphans = { self.orphans(keeping: kept, unwanted: unwanted) }
        await wait(for: orphans, limit: gracePeriod)
        signal(orphans(), SIGKILL)
        // One that hangs in the kernel is left to it.
        await wait(for: orphans, limit: .seconds(5))
    }

    private func wait(for orphans: () -> [ProcessTable.Entry], limit: Duration) async {
        let waited = Stopwatch(clock)
        while !orphans().isEmpty, waited.elapsed < limit, !Task.isCancelled {
            try? await clock.sleep(for: .milliseconds(20))
        }
    }

    /// Processes that say they are of this owner but of no kept replica, and the unwanted recorded ones.
    private func orphans(keeping kept: Set<String>, unwanted: [ReplicaRecord]) -> [ProcessTable.Entry] {
        let recorded = Set(unwanted.filter(ReplicaProcess.isAlive).map(\.pid))
        return ProcessTable.living().filter { entry in
            guard entry.pid != getpid() else { return false }
            if recorded.contains(entry.pid) || recorded.contains(entry.group) { return true }
            guard ProcessTable.environmentValue(ReplicaProcess.ownerVariable, of: entry.pid) == owner else {
                return false
            }
            let id = ProcessTable.environmentValue(ReplicaProcess.idVariable, of: entry.pid)
            return id.map { !kept.contains($0) } ?? true
        }
    }

    /// Each process, and the whole group of those that lead one.
    private func signal(_ processes: [ProcessTable.Entry], _ signal: Int32) {
        for process in processes {
            kill(process.group == process.pid ? -process.pid : process.pid, signal)
        }
    }
}
