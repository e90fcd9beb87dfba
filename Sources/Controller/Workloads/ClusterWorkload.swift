import Delivery
import Rollout

/// A target in the cluster: what the interpreter does with it, and what is done around a tick.
protocol ClusterWorkload: Workload {
    /// The label that tells the two sides' pods apart, and its value on the target's; nil for targets without pods.
    func selector() async throws -> (label: String, value: String)?
    /// The further ports of the target's containers, when they are to be found.
    func discoveredPorts() async throws -> [ServicePort]
    /// What the target needs and is not there, in words for a user; nil when all is.
    func complaint() async throws -> String?
    /// Makes primary this very canary's, and what it needs: it may be left of an earlier canary of the same name, with
    /// which it would be removed.
    ///
    /// - Returns: whether there is one.
    /// - Throws: `ControllerError.foreign` when it is somebody else's.
    func takeOverPrimary() async throws -> Bool
    /// Asks the server itself whether the canary serves.
    ///
    /// - Throws: `ControllerError.target` when it does not.
    func confirmCanary() async throws
    /// Whether primary, or configuration that it reads, was deleted by somebody.
    func lacksPrimary() async throws -> Bool
    /// Makes it again from a target that is at the revision released last.
    ///
    /// - Throws: `ControllerError.target` when the target is at another one, which nobody has released.
    func restorePrimary(at revision: Revision) async throws
    /// Makes sure that primary is scaled as the target's autoscaler says.
    func keepAutoscaler() async throws
    /// What a primary runs that does not say so, as one that the peer has made: the target's revision when nothing tells
    /// the two apart, and otherwise one that no target has. Nil when there is none, or it says so itself.
    func recognisePrimary() async throws -> Revision?
    /// Notes on primary which revision it runs: it was made, or moved, by the peer.
    func adoptPrimary(at revision: Revision) async throws
    /// Runs the target in primary's place, for the canary is being deleted.
    ///
    /// - Returns: whether it serves, or is not there any more.
    func restore() async throws -> Bool
}

extension ClusterWorkload {
    /// Targets without pods of their own always do.
    func confirmCanary() async throws {}

    /// Targets without pods of their own have none.
    func keepAutoscaler() async throws {}

    /// Of targets without pods it is the target's.
    func recognisePrimary() async throws -> Revision? { nil }
}

/// The workload of a canary's target.
func makeWorkload(_ context: TargetContext) -> any ClusterWorkload {
    if KnativeWorkload.isTarget(of: context.canary) { return KnativeWorkload(context: context) }
    return switch context.canary.spec.targetRef.kind {
    case "DaemonSet": PodWorkload(context: context, controller: DaemonSetController())
    case "Service": ServiceWorkload(context: context)
    default: PodWorkload(context: context, controller: DeploymentController())
    }
}
