public import KubernetesClient

extension ResourceType {
    /// `flagger.app/v1beta1` canaries.
    public static let canary = ResourceType(
        group: "flagger.app", version: "v1beta1", kind: "Canary", plural: "canaries")
    /// `flagger.app/v1beta1` metric templates.
    public static let metricTemplate = ResourceType(
        group: "flagger.app", version: "v1beta1", kind: "MetricTemplate", plural: "metrictemplates")
    /// `flagger.app/v1beta1` alert providers.
    public static let alertProvider = ResourceType(
        group: "flagger.app", version: "v1beta1", kind: "AlertProvider", plural: "alertproviders")
    /// `apps/v1` deployments.
    public static let deployment = ResourceType(
        group: "apps", version: "v1", kind: "Deployment", plural: "deployments")
    /// `apps/v1` daemon sets.
    public static let daemonSet = ResourceType(
        group: "apps", version: "v1", kind: "DaemonSet", plural: "daemonsets")
    /// `v1` services.
    public static let service = ResourceType(group: "", version: "v1", kind: "Service", plural: "services")
    /// `v1` config maps.
    public static let configMap = ResourceType(
        group: "", version: "v1", kind: "ConfigMap", plural: "configmaps")
    /// `v1` secrets.
    public static let secret = ResourceType(group: "", version: "v1", kind: "Secret", plural: "secrets")
    /// `v1` pods.
    public static let pod = ResourceType(group: "", version: "v1", kind: "Pod", plural: "pods")
    /// Horizontal pod autoscalers with metrics, the newest version first.
    public static let autoscalerTypes = ["v2", "v2beta2"].map { version in
        ResourceType(
            group: "autoscaling", version: version, kind: "HorizontalPodAutoscaler",
            plural: "horizontalpodautoscalers")
    }
}
