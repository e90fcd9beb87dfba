import Delivery
import FlaggerAPI
import Foundation
import Logging
import Rollout
import ServiceLifecycle

/// The canaries of one machine: starts, changes and stops them as the resources say.
public actor Daemon {
    let environment: DaemonEnvironment
    let resources: ResourceTable
    var services: [CanaryKey: CanaryService] = [:]
    var desired: [CanaryKey: DesiredCanary] = [:]
    private var lastTurn: Task<Void, Never>?
    private(set) var isStopping = false
    private let started: AsyncStream<CanaryService>
    let starts: AsyncStream<CanaryService>.Continuation

    static let retirementLimit = Duration.seconds(20)

    init(environment: DaemonEnvironment) {
        self.environment = environment
        resources = ResourceTable(writer: environment.database.writer)
        (started, starts) = AsyncStream.makeStream()
    }

    /// Takes the resources of the files given to `aviary run`.
    ///
    /// - Throws: `StandaloneError` when a canary can't be started; the others are.
    func load(_ drafts: [ResourceTable.Draft]) async throws {
        try await inTurn { daemon in
            try await daemon.resources.take(drafts, from: .files)
            if let trouble = try await daemon.reconcile().first { throw trouble.error }
        }
    }

    /// The canaries that files hold and that stay away all the same, since they were deleted.
    func deleted(among drafts: [ResourceTable.Draft]) async throws -> [CanaryKey] {
        try await resources.deleted(among: drafts)
    }

    /// Takes a manifest from outside: a deployment.
    ///
    /// - Parameters:
    ///   - manifest: YAML or JSON.
    ///   - folder: the absolute folder that relative paths start from.
    /// - Returns: the names of what was applied.
    /// - Throws: `StandaloneError.manifest` with everything that is wrong, `StandaloneError.canary` when one can't be
    ///   started or changed; nothing is applied then.
    func apply(_ manifest: String, folder: String) async throws -> [String] {
        try await inTurn { daemon in
            let drafts = try await ManifestLoader.drafts(
                of: manifest, folder: folder,
                options: try await daemon.resources.known(daemon.environment.validation),
                resources: daemon.environment.resources)
            try await daemon.take(drafts)
            return drafts.map { "\($0.kind)/\($0.name).\($0.namespace)" }
        }
    }

    /// Takes drafts from outside, or puts back what was there when one of them can't be used.
    private func take(_ drafts: [ResourceTable.Draft]) async throws {
        let held = try await resources.held(drafts)
        try await resources.take(drafts, from: .applied)
        let applied = Set(drafts.map { "\($0.kind)/\($0.namespace)/\($0.name)" })
        for trouble in try await reconcile() where !applied.isDisjoint(with: trouble.resources) {
            try await resources.putBack(held, insteadOf: drafts)
            _ = try await reconcile()
            throw trouble.error
        }
    }

    /// Pauses, resumes or aborts a rollout; the next tick, which comes at once, does it.
    func perform(_ action: CanaryAction, on key: CanaryKey, reason: String) async throws {
        guard action == .abort else { return try await inTurn { try await $0.mark(action, on: key) } }
        guard desired[key] != nil else { throw StandaloneError.unknownCanary("\(key)") }
        guard let service = services[key], let phase = service.runner.status.phase, phase.asksRollback
        else { throw StandaloneError.nothingToAbort("\(key)") }
        try await service.runner.abort(reason)
    }

    private func mark(_ action: CanaryAction, on key: CanaryKey) async throws {
        guard var wanted = desired[key] else { throw StandaloneError.unknownCanary("\(key)") }
        switch action {
        case .pause: wanted.canary.metadata.annotations[CanaryAnnotations.pauseKey] = "true"
        case .resume: wanted.canary.metadata.annotations[CanaryAnnotations.pauseKey] = nil
        case .abort: return
        }
        try await take([try ManifestLoader.draft(of: wanted.canary, folder: wanted.folder)])
        services[key]?.runner.hurry()
    }

    /// Changes of what runs come one after the other: an older one that finished later would undo a newer one.
    /// A change goes on although whoever asked for it has gone.
    func inTurn<Value: Sendable>(
        _ change: @escaping @Sendable (isolated Daemon) async throws -> Value
    ) async throws -> Value {
        let previous = lastTurn
        let turn = Task {
            await previous?.value
            return try await change(self)
        }
        lastTurn = Task { _ = await turn.result }
        return try await turn.value
    }

    /// Every canary as it is now, by namespace and name.
    public func snapshots() async -> [CanarySnapshot] {
        var found: [CanarySnapshot] = []
        for (_, service) in services.sorted(by: { $0.key < $1.key }) {
            found.append(await service.snapshot())
        }
        return found
    }

    /// Why canaries are not brought forward or what happened to them is not kept, one line each.
    func troubles() -> [String] {
        services.sorted { $0.key < $1.key }.compactMap { key, service in
            service.runner.trouble.map { "canary \(key): \($0)" }
        }
    }

    /// The configuration files that processes track, as absolute paths.
    func trackedFiles() -> Set<String> {
        Set(desired.values.flatMap(\.trackedFiles))
    }

    /// What `/metrics` shows.
    func samples() async -> [CanaryMetricsText.Sample] {
        var samples: [CanaryMetricsText.Sample] = []
        for (key, service) in services.sorted(by: { $0.key < $1.key }) {
            let snapshot = await service.snapshot()
            samples.append(
                CanaryMetricsText.Sample(
                    key: key, phase: snapshot.canary.status?.phase ?? "",
                    weight: snapshot.canary.status?.canaryWeight ?? 0, traffic: snapshot.traffic,
                    ticks: service.runner.tickDurations))
        }
        return samples
    }

    /// Runs every canary until the service group shuts down or the task is cancelled; then finishes what is in
    /// flight and ends the processes.
    func run(stopLimit: Duration) async {
        await cancelWhenGracefulShutdown { [started] in
            await withDiscardingTaskGroup { group in
                for await service in started {
                    group.addTask { await service.run() }
                }
                group.cancelAll()
            }
        }
        // Of its own, since ending processes in order must go on although this task is cancelled.
        await Task { await stop(within: stopLimit) }.value
    }

    /// Ends what is left at once, when it is stopping: neither requests nor processes get more time.
    public func hurry() async {
        guard isStopping else { return }
        await withDiscardingTaskGroup { group in
            for service in services.values {
                group.addTask { await service.hurry() }
            }
        }
    }

    private func stop(within limit: Duration) async {
        isStopping = true
        await withDiscardingTaskGroup { group in
            for service in services.values {
                group.addTask { await service.stop(within: limit) }
            }
        }
    }
}
