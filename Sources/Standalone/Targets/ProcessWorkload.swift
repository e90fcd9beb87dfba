import Delivery
import FlaggerAPI
import Foundation
import Rollout

/// A target whose two sides are sets of processes on this machine.
///
/// Which revision a side is meant to run is durable before its processes move, so that a restart goes on with it.
actor ProcessWorkload: Workload {
    /// What the user wants to run, as last loaded.
    struct Target: Sendable, Equatable {
        var template: ProcessTemplate
        var replicas: Int
        var revision: Revision
    }

    private let primary: ReplicaSet
    private let canary: ReplicaSet
    private let revisions: RevisionTable
    private let canaryStart: StartTime
    private let now: @Sendable () -> Timestamp
    private var readyThresholds: (primary: Int, canary: Int)
    private var target: Target
    private var meant: [ReplicaSide: Revision] = [:]
    /// The canary's revision that counts for metrics, from the moment it was ready.
    private var measured: Revision?
    private var applied: [ReplicaSide: (template: ProcessTemplate, revision: String)] = [:]

    init(
        primary: ReplicaSet, canary: ReplicaSet, revisions: RevisionTable, target: Target,
        readyThresholds: (primary: Int, canary: Int), canaryStart: StartTime,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.canaryStart = canaryStart
        self.primary = primary
        self.canary = canary
        self.revisions = revisions
        self.target = target
        self.readyThresholds = readyThresholds
        self.now = now
    }

    /// Starts or adopts what the sides were meant to run when the daemon stopped.
    func resume() async throws {
        try await revisions.store(target.template, as: target.revision, now: now().milliseconds)
        for side in ReplicaSide.allCases {
            if let revision = try await revisions.revision(of: side) {
                try await run(revision, on: side)
            } else {
                try await empty(side)
            }
        }
    }

    /// Takes what the user has changed: a new revision is only seen; a new number of replicas applies at once.
    func change(to target: Target, readyThresholds: (primary: Int, canary: Int)) async throws {
        try await revisions.store(target.template, as: target.revision, now: now().milliseconds)
        let rescales = target.replicas != self.target.replicas
        self.target = target
        self.readyThresholds = readyThresholds
        guard rescales else { return }
        for side in ReplicaSide.allCases { try await rescale(side) }
    }

    /// Changes the number of replicas alone: a tick may meanwhile move the side to another revision or empty it,
    /// which must not be undone.
    private func rescale(_ side: ReplicaSide) async throws {
        guard meant[side] != nil, let running = applied[side] else { return }
        try await set(of: side).apply(
            running.template, revision: running.revision, replicas: target.replicas)
    }

    func observe() async throws -> WorkloadObservation {
        let found = WorkloadObservation(
            target: target.revision,
            primary: Self.state(
                await primary.state, meant[.primary], threshold: readyThresholds.primary),
            canary: Self.state(await canary.state, meant[.canary], threshold: readyThresholds.canary))
        if found.canary.readiness == .ready, measured != meant[.canary] {
            measured = meant[.canary]
            canaryStart.reset()
        }
        if found.canary.readiness == .absent { measured = nil }
        return found
    }

    func initialise(at revision: Revision) async throws { try await run(revision, on: .primary) }

    func scaleUp(to revision: Revision) async throws {
        try await run(revision, on: .canary)
    }

    func scaleDown() async throws {
        try await revisions.set(nil, on: .canary)
        meant[.canary] = nil
        try await empty(.canary)
    }

    func promote(_ revision: Revision) async throws { try await run(revision, on: .primary) }

    /// Ends both sides; what they were meant to run stays durable.
    func stop(within limit: Duration) async {
        async let first: Void = canary.stopAll(within: limit)
        async let second: Void = primary.stopAll(within: limit)
        _ = await (first, second)
    }

    private func run(_ revision: Revision, on side: ReplicaSide) async throws {
        guard let template = try await revisions.template(of: revision) else {
            throw StandaloneError.unknownRevision(revision.checksum)
        }
        try await revisions.set(revision, on: side)
        meant[side] = revision
        applied[side] = (template, revision.checksum)
        try await set(of: side).apply(template, revision: revision.checksum, replicas: target.replicas)
    }

    /// Runs nothing on a side; what survived an earlier life of the daemon is adopted first, then ended.
    private func empty(_ side: ReplicaSide) async throws {
        let last = applied[side] ?? (target.template, target.revision.checksum)
        try await set(of: side).apply(last.template, revision: last.revision, replicas: 0)
    }

    private func set(of side: ReplicaSide) -> ReplicaSet { side == .primary ? primary : canary }

    private static func state(
        _ found: ReplicaSetState, _ meant: Revision?, threshold: Int
    ) -> WorkloadState {
        guard let meant else { return .absent }
        let wanted = max(1, (found.replicas * threshold + 99) / 100)
        if found.revision == meant.checksum, found.available >= wanted {
            return WorkloadState(readiness: .ready, revision: meant)
        }
        var reason =
            "waiting for rollout to finish: \(found.available) of \(found.replicas) "
            + "(readyThreshold \(threshold)%) updated replicas are available"
        if let failure = found.lastFailure { reason += ": \(failure)" }
        return WorkloadState(
            readiness: .unready(reason, endpoints: found.endpoints.all.count), revision: meant)
    }
}
