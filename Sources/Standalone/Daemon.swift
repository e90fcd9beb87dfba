import Delivery
import FlaggerAPI
import Foundation
import Logging
import Rollout
import ServiceLifecycle

/// The canaries of one machine: starts, changes and stops them as the resources say.
public actor Daemon {
    private let environment: DaemonEnvironment
    private let resources: ResourceTable
    private var services: [CanaryKey: CanaryService] = [:]
    private var desired: [CanaryKey: DesiredCanary] = [:]
    private let started: AsyncStream<CanaryService>
    private let starts: AsyncStream<CanaryService>.Continuation

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
        try await resources.take(drafts, from: .files)
        try await reconcile()
    }

    /// Takes a manifest from outside: a deployment.
    ///
    /// - Parameters:
    ///   - manifest: YAML or JSON.
    ///   - folder: the absolute folder that relative paths start from.
    /// - Returns: the names of what was applied.
    /// - Throws: `StandaloneError.manifest` with everything that is wrong; nothing is applied then.
    func apply(_ manifest: String, folder: String) async throws -> [String] {
        let known = Set(desired.values.map { CanaryKey($0.process.metadata) })
        let drafts = try ManifestLoader.drafts(of: manifest, folder: folder, knownTargets: known)
        try await resources.take(drafts, from: .applied)
        try await reconcile()
        return drafts.map { "\($0.kind)/\($0.name).\($0.namespace)" }
    }

    /// Pauses, resumes or aborts a rollout; the next tick, which comes at once, does it.
    func perform(_ action: CanaryAction, on key: CanaryKey, reason: String) async throws {
        guard var wanted = desired[key] else { throw StandaloneError.unknownCanary("\(key)") }
        switch action {
        case .pause: wanted.canary.metadata.annotations[CanaryAnnotations.pauseKey] = "true"
        case .resume: wanted.canary.metadata.annotations[CanaryAnnotations.pauseKey] = nil
        case .abort:
            guard let service = services[key], let phase = service.runner.status.phase, phase.asksRollback
            else { throw StandaloneError.nothingToAbort("\(key)") }
            return try await service.runner.abort(reason)
        }
        try await resources.take(
            [try ManifestLoader.draft(of: wanted.canary, folder: wanted.folder)], from: .applied)
        try await reconcile()
        services[key]?.runner.hurry()
    }

    /// Every canary as it is now, by namespace and name.
    public func snapshots() async -> [CanarySnapshot] {
        var found: [CanarySnapshot] = []
        for (_, service) in services.sorted(by: { $0.key < $1.key }) {
            found.append(await service.snapshot())
        }
        return found
    }

    /// The configuration files that processes track, as absolute paths.
    func trackedFiles() -> Set<String> {
        Set(desired.values.flatMap(\.trackedFiles))
    }

    /// What `/metrics` shows.
    func samples() async -> [PrometheusText.Sample] {
        var samples: [PrometheusText.Sample] = []
        for (key, service) in services.sorted(by: { $0.key < $1.key }) {
            let snapshot = await service.snapshot()
            samples.append(
                PrometheusText.Sample(
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

    private func stop(within limit: Duration) async {
        await withDiscardingTaskGroup { group in
            for service in services.values {
                group.addTask { await service.stop(within: limit) }
            }
        }
    }

    /// Brings what runs to what the resources say; every canary is tried, the first trouble is thrown.
    private func reconcile() async throws {
        let wanted = try await resources.all()
        var trouble: (any Error)?
        for (key, service) in services where wanted[key].map({ !service.canFollow($0) }) ?? true {
            services[key] = nil
            desired[key] = nil
            await service.retire(within: Self.retirementLimit)
        }
        for (key, canary) in wanted.sorted(by: { $0.key < $1.key }) where desired[key] != canary {
            do {
                if let service = services[key] {
                    try await service.follow(canary)
                } else {
                    let service = try await CanaryService.start(canary, in: environment)
                    services[key] = service
                    starts.yield(service)
                }
                desired[key] = canary
            } catch {
                trouble = trouble ?? StandaloneError.canary("\(key)", cause: "\(error)")
            }
        }
        if let trouble { throw trouble }
    }
}
