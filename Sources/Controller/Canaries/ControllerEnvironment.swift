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
    let client: any ServerClient
    let resources: ClusterResources
    let recorder: EventRecorder
    let schedule: TickSchedule
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
    /// Where builtin metrics, and queries of canaries that name no server, are asked (`-metrics-server`).
    public var metricsServer = "http://prometheus:9090"
    /// Hears the alerts of canaries that name no provider.
    public var alerts = GlobalAlerts()
    /// What alerts call the cluster (`-cluster-name`).
    public var clusterName = ""
    /// What routers need to know.
    public var routers = RouterSettings()

    /// The defaults.
    public init() {}
}
