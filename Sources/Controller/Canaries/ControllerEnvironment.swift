import Delivery
import Foundation
import KubernetesClient
import Logging
import Rollout

/// What all canaries of a cluster share.
struct ControllerEnvironment: Sendable {
    let cluster: any Cluster
    let settings: ControllerSettings
    let workloads: WorkloadSettings
    let caller: any HookCaller
    let recorder: EventRecorder
    let slots: TickSlots
    let registry: TargetRegistry
    let metrics: ControllerMetrics
    let logger: Logger
    let now: @Sendable () -> Moment
}

/// What the command line says about canaries.
public struct ControllerSettings: Sendable {
    /// The provider of canaries that name none (`-mesh-provider`).
    public var provider = "istio"
    /// Ticks of a canary come no more often (`-min-interval`).
    public var minimumInterval = Duration.seconds(10)
    /// Told every event of canaries without an event hook of their own (`-event-webhook`).
    public var eventWebhook = ""
    /// What alerts call the cluster (`-cluster-name`).
    public var clusterName = ""
    /// What routers need to know.
    public var routers = RouterSettings()

    /// The defaults.
    public init() {}
}
