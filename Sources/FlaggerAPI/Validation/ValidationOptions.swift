/// What validation insists on.
public struct ValidationOptions: Sendable {
    /// The shortest interval on Kubernetes; a shorter one is raised to it, with a warning. 10s by default.
    public var minimumInterval: Duration
    /// The shortest interval for a target of kind `Process`; a shorter one is an error. 1s by default.
    public var minimumProcessInterval: Duration
    /// Whether every canary must release a `Process` of the same files, as `aviary run` needs it.
    public var requiresProcess: Bool
    /// Processes that exist outside the files, as in a daemon that a file is applied to; none by default.
    public var knownProcesses: Set<NamespacedName>

    /// Metric templates that exist outside the files, with their queries.
    public var knownMetricTemplates: [NamespacedName: String] = [:]
    /// Alert providers that exist outside the files.
    public var knownAlertProviders: Set<NamespacedName> = []
    /// Where metrics with a `query` are asked when the canary has no `metricsServer`; nil means nowhere.
    public var metricsServer: String?

    /// Options; the defaults check what can be said without a cluster.
    public init(
        minimumInterval: Duration = .seconds(10), minimumProcessInterval: Duration = .seconds(1),
        requiresProcess: Bool = false, knownProcesses: Set<NamespacedName> = []
    ) {
        self.minimumInterval = minimumInterval
        self.minimumProcessInterval = minimumProcessInterval
        self.requiresProcess = requiresProcess
        self.knownProcesses = knownProcesses
    }
}
