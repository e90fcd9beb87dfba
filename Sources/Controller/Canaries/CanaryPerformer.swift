import Delivery
import Rollout
import Synchronization

/// Performs through the parts of the canary as it is specified now: the interpreter outlives them.
///
/// Taken anew before each tick; ticks do not overlap.
final class CanaryPerformer: Workload, Router, StatusStore, MetricsSource, EventSink {
    private let current = Mutex<(parts: CanaryParts, voice: CanaryVoice)?>(nil)

    /// Performs through these parts from now on.
    func take(_ parts: CanaryParts, _ voice: CanaryVoice) { current.withLock { $0 = (parts, voice) } }

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
        try await parts.workload.initialise(at: revision)
    }

    func scaleUp(to revision: Revision) async throws { try await parts.workload.scaleUp(to: revision) }

    func scaleDown() async throws { try await parts.workload.scaleDown() }

    func promote(_ revision: Revision) async throws { try await parts.workload.promote(revision) }

    func routes() async throws -> Routes? { try await parts.router.routes() }

    func route(_ routes: Routes) async throws { try await parts.router.route(routes) }

    func load() async throws -> RolloutStatus { try await parts.store.load() }

    func commit(_ commit: Commit) async throws { try await parts.store.commit(commit) }

    func verify(_ metrics: [MetricCheck]) async throws { try await parts.metrics.verify(metrics) }

    func value(of metric: MetricCheck) async throws -> Double? { try await parts.metrics.value(of: metric) }

    func record(_ entry: HistoryEntry) async {
        let voice = current.withLock { $0?.voice }
        await voice?.record(entry)
    }
}
