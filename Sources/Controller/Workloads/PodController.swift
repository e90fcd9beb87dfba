import JSON
import KubernetesClient
import Rollout

/// What differs between the kinds that run pods.
protocol PodController: Sendable {
    /// The kind.
    var type: ResourceType { get }
    /// The members of `spec`, beside the template, that primary takes over from the target.
    var copiedMembers: [String] { get }
    /// Whether the number of pods is set, and not given by the nodes.
    var hasReplicas: Bool { get }
    /// Whether the pods that are asked for serve; all of them, or this percentage.
    func readiness(of object: KubernetesObject, threshold: Int) -> WorkloadState.Readiness
    /// Why a target can't be released; nil when it can.
    func complaint(about target: KubernetesObject) -> String?
    /// The change that runs the target with so many pods; nil when it does.
    func scalingUp(_ target: KubernetesObject, to replicas: Int) -> JSONValue?
    /// The change that stops the target; nil when it is stopped.
    func scalingDown(_ target: KubernetesObject) -> JSONValue?
}

extension WorkloadState.Readiness {
    /// Judges the numbers of a rolling update, in the peer's words.
    ///
    /// - Parameters:
    ///   - desired: pods that are asked for.
    ///   - updated: pods of the newest template.
    ///   - old: pods of earlier templates.
    ///   - available: pods that serve.
    ///   - threshold: the percentage of updated pods that must serve.
    ///   - noun: what the kind's pods are called.
    static func rolling(
        desired: Int, updated: Int, old: Int, available: Int, threshold: Int, noun: String
    ) -> Self {
        let needed = max(1, updated * threshold / 100)
        let reason: String
        if updated < desired {
            reason = "\(updated) out of \(desired) new \(noun) have been updated"
        } else if old > 0 {
            reason = "\(old) old \(noun) are pending termination"
        } else if available < needed {
            reason = "\(available) of \(needed) (readyThreshold \(threshold)%) updated \(noun) are available"
        } else {
            return .ready
        }
        return .unready("waiting for rollout to finish: \(reason)", endpoints: available)
    }
}
