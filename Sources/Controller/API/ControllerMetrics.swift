import Delivery
import Exposition
import KubernetesClient
import Rollout
import Synchronization

/// What `/metrics` shows, under the peer's names where the peer has them.
final class ControllerMetrics: Sendable {
    struct Canary: Sendable {
        var target = ""
        var strategy = ""
        var phase: Phase?
        var weight = 0
        var measured: [String: Double] = [:]
        var ticks = DurationHistogram()
        var successes: [String: Int] = [:]
        var failures: [String: Int] = [:]
    }

    private let canaries = Mutex<[ObjectKey: Canary]>([:])
    private let delays = Mutex(DurationHistogram())
    let version: String
    let provider: String

    init(version: String, provider: String) {
        self.version = version
        self.provider = provider
    }

    /// A canary is followed, with these labels.
    func follow(_ key: ObjectKey, target: String, strategy: String, _ status: RolloutStatus) {
        canaries.withLock { canaries in
            canaries[key, default: Canary()].target = target
            canaries[key, default: Canary()].strategy = strategy
            canaries[key, default: Canary()].phase = status.phase
            canaries[key, default: Canary()].weight = status.routes.canaryWeight
        }
    }

    /// A canary is gone.
    func forget(_ key: ObjectKey) { canaries.withLock { $0[key] = nil } }

    /// A status became durable.
    func moved(_ key: ObjectKey, _ status: RolloutStatus) {
        canaries.withLock { canaries in
            var canary = canaries[key] ?? Canary()
            if canary.phase != status.phase {
                let analysis = status.owed == .skipped ? "skipped" : "completed"
                if status.phase == .succeeded { canary.successes[analysis, default: 0] += 1 }
                if status.phase == .failed { canary.failures[analysis, default: 0] += 1 }
            }
            canary.phase = status.phase
            canary.weight = status.routes.canaryWeight
            canaries[key] = canary
        }
    }

    /// A metric was measured.
    func measured(_ key: ObjectKey, metric: String, _ value: Double?) {
        canaries.withLock { $0[key]?.measured[metric] = value }
    }

    /// A tick of some canary began this long after it was due.
    func began(late delay: Duration) { delays.withLock { $0.add(delay) } }

    /// How late ticks began, all canaries together.
    var lateness: DurationHistogram { delays.withLock { $0 } }

    /// A tick took this long.
    func ticked(_ key: ObjectKey, _ duration: Duration) {
        canaries.withLock { $0[key]?.ticks.add(duration) }
    }

    /// Every canary now.
    var snapshot: [(key: ObjectKey, canary: Canary)] {
        canaries.withLock { $0 }.map { ($0.key, $0.value) }.sorted { "\($0.key)" < "\($1.key)" }
    }
}
