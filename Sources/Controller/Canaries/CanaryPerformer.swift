import Delivery
import Rollout
import Synchronization

/// Performs through the parts of the canary as it is specified now: the interpreter outlives them.
///
/// Taken anew before each tick; ticks do not overlap.
final class CanaryPerformer: Workload, Router, StatusStore, MetricsSource, EventSink {
    private let current = Mutex<(parts: CanaryParts, voice: CanaryVoice)?>(nil)
    private let lastFailure = Mutex<(any Error)?>(nil)

    /// Performs through these parts from now on.
    func take(_ parts: CanaryParts, _ voice: CanaryVoice) {
        current.withLock { $0 = (parts, voice) }
        lastFailure.withLock { $0 = nil }
    }

    /// Why something could not be performed through these parts; nil when everything could.
    var failure: (any Error)? { lastFailure.withLock { $0 } }

    /// The interpreter goes on after what failed: the reason is remembered for the canary's condition.
    private func perform(_ effect: (CanaryParts) async throws -> Void) async throws {
        do {
            try await effect(parts)
        } catch {
            lastFailure.withLock { $0 = error }
            throw error
        }
    }

    /// Lets go of the parts: the tick is over.
    func release() { current.withLock { $0 = nil } }

    private var parts: CanaryParts {
        get throws {
            guard let found = current.withLock({ $0?.parts }) else { throw CancellationError() }
            return found
        }
    }

    var name: String { current.withLock { $0?.parts.metrics.name } ?? "" }

    func observe() async throws -> WorkloadObservation { try await parts.workload.observe() }

    func initialise(at revision: Revision) async throws {
        try await perform { try await $0.workload.initialise(at: revision) }
    }

    func scaleUp(to revision: Revision) async throws {
        try await perform { try await $0.workload.scaleUp(to: revision) }
    }

    func scaleDown() async throws { try await perform { try await $0.workload.scaleDown() } }

    func promote(_ revision: Revision) async throws {
        try await perform { try await $0.workload.promote(revision) }
    }

    func routes() async throws -> Routes? { try await parts.router.routes() }

    /// The watched copies may lag behind: before the canary gets more traffic, the server itself is asked whether it
    /// serves.
    func route(_ routes: Routes) async throws {
        try await perform { parts in
            let known = parts.context.memory { $0.status.routes }
            if routes.reachesCanary, routes.canaryWeight >= known.canaryWeight {
                try await parts.workload.confirmCanary()
            }
            try await parts.router.route(routes)
        }
    }

    func load() async throws -> RolloutStatus { try await parts.store.load() }

    func commit(_ commit: Commit) async throws { try await parts.store.commit(commit) }

    func verify(_ metrics: [MetricCheck]) async throws { try await parts.metrics.verify(metrics) }

    func value(of metric: MetricCheck) async throws -> Double? { try await parts.metrics.value(of: metric) }

    func record(_ entry: HistoryEntry) async {
        let voice = current.withLock { $0?.voice }
        await voice?.record(entry)
    }
}
