import KubernetesClient
import Rollout
import Synchronization

/// What is known of one canary beside the cluster: only what the next look would find out again.
final class CanaryMemory: Sendable {
    /// What a target is known by. As long as its generation is the same, so is its specification, whatever a server that
    /// was upgraded fills in beside what it did before.
    struct KnownTarget {
        /// Of the object: one that is created again counts its generations anew. Nil when a status does not tell.
        var uid: String?
        var generation: Int
        var spec: String

        /// Whether an object is what is known.
        func isStill(_ object: KubernetesObject) -> Bool {
            generation == object.generation && (uid == nil || uid == object.uid)
        }
    }

    struct State {
        /// The checksums of the configuration that the target was last seen with.
        var checksums: [String: String] = [:]
        /// Secrets that the target needs and that are of types that are not watched, as little of them as matters.
        var unwatchedSecrets: [String: KubernetesObject] = [:]
        /// The name of a port that the target's pods have, but not its template.
        var injectedPort: String?
        /// What the target was last seen at.
        var target: Revision?
        /// The generation that the target had then.
        var generation: Int?
        /// What the target was known by at that generation, or when the status was written by an earlier process.
        var known: KnownTarget?
        /// A fingerprint that a newer server gives to a template that has not changed, and the one it is known by.
        var alias: (computed: String, known: String)?
        /// The label that the target's pods were last selected by, and its value.
        var selector: (label: String, value: String)?
        /// The status that is durable, as far as this process knows.
        var status = RolloutStatus()
    }

    private let state = Mutex(State())

    func callAsFunction<Value>(_ body: (inout State) -> Value) -> Value where Value: Sendable {
        state.withLock { body(&$0) }
    }
}
