public import Foundation
public import Logging
import Timing

/// One side of a target: keeps the desired number of replicas of the desired revision running.
///
/// `run` does the work and must be running for anything to happen; `apply` says what should be. When the
/// revision changes, new replicas become ready before old ones are retired. A retired replica is first
/// withdrawn from the published endpoints, then drained, then sent SIGTERM, and SIGKILL after its grace
/// period. The endpoint of a process that dies is withdrawn at once.
public actor ReplicaSet {
    struct Desired {
        var template: ProcessTemplate
        var revision: String
        var replicas: Int
    }

    enum Job {
        case keepRunning(Int)
        case retire(Int)
    }

    nonisolated let configuration: ReplicaSetConfiguration
    nonisolated let registry: any ProcessRegistry
    nonisolated let publisher: any EndpointPublisher
    nonisolated let clock: any Clock<Duration>
    nonisolated let logs: ReplicaLogs
    nonisolated let logger: Logger
    nonisolated let prober = ReadinessProber()
    nonisolated let ports = LoopbackPorts.shared
    nonisolated let inherited: [String: String]
    private nonisolated let (jobs, queue) = AsyncStream.makeStream(of: Job.self)
    private let now: @Sendable () -> Date
    nonisolated let onFailure: @Sendable (String) async -> Void
    var lastTold: String?

    var desired: Desired?
    /// In the order in which they were created.
    var replicas: [Int: Replica] = [:]
    /// Slots that a task is retiring now.
    var beingRetired: Set<Int> = []
    var survivors: [ReplicaRecord]
    /// Opens when `stopAll` has no time left.
    var force: Latch?
    /// `stopAll` is to have no time at all.
    var isHurried = false
    var publication = Publication()
    private var lastSlot = 0
    private var notReadySince: Date?

    /// Creates a set that runs nothing yet.
    ///
    /// - Parameters:
    ///   - survivors: This side's records from an earlier run (see `OrphanSweep`); those still alive are
    ///     adopted at the first `apply`.
    ///   - clock: Measures back-off, probe periods and grace periods.
    ///   - environment: What replicas inherit; the environment of this process by default.
    ///   - now: The time of day, for `ReplicaSetState.notReadySince`.
    ///   - onFailure: Told why a replica could not be started or ended, once until the reason is another.
    public init(
        _ configuration: ReplicaSetConfiguration, registry: any ProcessRegistry,
        publisher: any EndpointPublisher, survivors: [ReplicaRecord] = [],
        clock: any Clock<Duration> = ContinuousClock(), logger: Logger,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        now: @escaping @Sendable () -> Date = { Date() },
        onFailure: @escaping @Sendable (String) async -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.registry = registry
        self.publisher = publisher
        self.survivors = survivors
        self.clock = clock
        self.logger = logger
        self.now = now
        self.onFailure = onFailure
        inherited = environment
        logs = ReplicaLogs(
            directory: configuration.logDirectory,
            prefix: "\(configuration.namespace).\(configuration.name)-\(configuration.side.rawValue)",
            limit: configuration.logLimit, kept: configuration.keptLogs)
    }

    /// Sets what should run and returns without waiting for it; `state` tells how far it is.
    ///
    /// The first call adopts the survivors of an earlier run, each after one probe. Replicas that run the
    /// same revision stay as they are, even when the template differs.
    /// - Throws: `StandaloneError.invalidProcess` for a template that cannot be used.
    public func apply(_ template: ProcessTemplate, revision: String, replicas count: Int) async throws {
        try template.validate()
        guard count >= 0 else {
            throw StandaloneError.invalidProcess(
                field: "replicas", problem: "must not be negative", fix: "use 0 or more")
        }
        desired = Desired(template: template, revision: revision, replicas: count)
        await adoptSurvivors()
        converge()
        await publish()
    }

    /// Works until cancelled, once in the life of a set. Cancelling it leaves the processes running, for
    /// the next run of Aviary to adopt; call `stopAll` before to end them.
    public func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.boundLogs() }
            for await job in jobs {
                group.addTask {
                    switch job {
                    case .keepRunning(let slot): await self.keepRunning(slot)
                    case .retire(let slot): await self.retire(slot)
                    }
                }
            }
            group.cancelAll()
        }
    }

    /// What the set looks like now.
    public var state: ReplicaSetState {
        let isCurrent = { (replica: Replica) in
            replica.revision == self.desired?.revision && !replica.isRetiring
        }
        let members = replicas.sorted { $0.key < $1.key }.map(\.value)
        let current = members.filter(isCurrent)
        let unready = current.filter { !$0.isReady }
        return ReplicaSetState(
            revision: desired?.revision, replicas: desired?.replicas ?? 0,
            updated: current.count { $0.process != nil }, available: available,
            pendingTermination: members.count - current.count,
            restarts: current.reduce(0) { $0 + $1.backOff.restarts }, endpoints: publication.published,
            lastFailure: unready.compactMap(\.failure).last ?? unready.compactMap(\.probeFailure).last,
            notReadySince: notReadySince)
    }

    /// Starts and retires what the desired state asks for; called after every change.
    func converge() {
        noteReadiness()
        guard let desired else { return }
        let members = replicas.filter { !$0.value.isRetiring }.sorted { $0.key < $1.key }
            .map { slot, replica in
                ReplicaPlan.Member(
                    slot: slot, revision: replica.revision, isReady: replica.isReady,
                    hasBeenReady: replica.hasBeenReady)
            }
        let plan = ReplicaPlan(members: members, revision: desired.revision, replicas: desired.replicas)
        for slot in plan.retired {
            replicas[slot]?.isRetiring = true
            queue.yield(.retire(slot))
        }
        for _ in 0..<plan.starts {
            addReplica(Replica(desired.template, revision: desired.revision))
        }
    }

    func addReplica(_ replica: Replica) {
        lastSlot += 1
        replicas[lastSlot] = replica
        queue.yield(.keepRunning(lastSlot))
    }

    /// Keeps the time since when too few replicas are ready; called after every change.
    func noteReadiness() {
        guard let desired else { return }
        notReadySince = available >= desired.replicas ? nil : notReadySince ?? now()
    }

    /// Ready replicas of the desired revision whose endpoints are in force.
    private var available: Int {
        let published = Set(publication.published.all.map(\.id))
        return replicas.values.count { replica in
            replica.isReady && !replica.isRetiring && replica.revision == desired?.revision
                && replica.process.map { published.contains($0.id) } ?? false
        }
    }

    private nonisolated func boundLogs() async {
        while (try? await clock.sleep(for: .seconds(1))) != nil { logs.bound() }
    }
}
