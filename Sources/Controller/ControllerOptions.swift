/// What the command line says, as the peer's flags have it.
public struct ControllerOptions: Sendable {
    /// A kubeconfig file; nil for `KUBECONFIG`, the pod's service account or `~/.kube/config`.
    public var kubeconfig: String?
    /// The API server's URL, in the place of the kubeconfig's.
    public var server: String?
    /// Requests a second in the long run.
    public var requestsPerSecond: Double = 100
    /// Requests at once after a rest.
    public var burst = 250
    /// The only namespace that is watched; empty for all.
    public var namespace = ""
    /// The port of `/healthz`, `/readyz` and `/metrics`; 0 for any free one.
    public var port = 8080
    /// Whether one of several processes works at a time.
    public var electsLeader = false
    /// The namespace of the lease.
    public var leaseNamespace = "kube-system"
    /// Canaries that are ticked at the same time.
    public var concurrency = 256
    /// What canaries need to know.
    public var settings = ControllerSettings()
    /// Labels that may tell the two sides of a target apart.
    public var selectorLabels = ["app", "name", "app.kubernetes.io/name"]
    /// Prefixes of labels and annotations that are copied to primary.
    public var labelPrefixes: [String] = []
    /// Whether ConfigMaps and Secrets are part of a revision.
    public var tracksConfiguration = true

    /// The defaults, which are the peer's.
    public init() {}
}
