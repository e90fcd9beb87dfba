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
    /// All there are: also those that can't be used.
    private let keys = Mutex<Set<ObjectKey>>([])
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

    /// A canary is there, whether or not it can be used.
    func count(_ key: ObjectKey) { keys.withLock { _ = $0.insert(key) } }

    /// A canary is gone.
    func forget(_ key: ObjectKey) {
        keys.withLock { _ = $0.remove(key) }
        canaries.withLock { $0[key] = nil }
    }

    /// How many canaries each namespace has.
    var totals: [(namespace: String, count: Int)] {
        Dictionary(grouping: keys.withLock { $0 }, by: { $0.namespace ?? "" })
            .map { ($0.key, $0.value.count) }.sorted { $0.0 < $1.0 }
    }

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

    /// A metric was measured; the builtin duration is shown in seconds, as on the peer.
    func measured(_ key: ObjectKey, metric: String, _ value: Double?) {
        let isDuration = metric == MetricCheck.Builtin.duration.rawValue
        let shown = isDuration ? value.map { $0 / 1000 } : value
        canaries.withLock { $0[key]?.measured[metric] = shown }
    }

    /// A tick of some canary began this long after it was due.
    func began(late delay: Duration) { delays.withLock { $0.add(delay) } }

    /// How late ticks began, all canaries together.
    var lateness: DurationHistogram { delays.withLock { $0 } }

    /// A tick took this long; those that analyse count, as on the peer.
    func ticked(_ key: ObjectKey, _ duration: Duration) {
        canaries.withLock { canaries in
            guard let phase = canaries[key]?.phase, phase == .progressing || phase == .waitingPromotion else {
                return
            }
            canaries[key]?.ticks.add(duration)
        }
    }

    /// Every canary now, by the name of its target, as the peer's metrics have it.
    var snapshot: [(key: ObjectKey, canary: Canary)] {
        canaries.withLock { $0 }
            .map { key, canary in
                (
                    ObjectKey(
                        namespace: key.namespace, name: canary.target.isEmpty ? key.name : canary.target),
                    canary
                )
            }
            .sorted { "\($0.0)" < "\($1.0)" }
    }

    /// What the peer calls a strategy.
    static func name(of strategy: Strategy) -> String {
        switch strategy {
        case .stepped: "canary"
        case .abTest: "ab-testing"
        case .blueGreen: "blue-green"
        }
    }
}
