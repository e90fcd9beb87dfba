public import Foundation

/// What is shown of one canary.
public struct CanaryView: Sendable, Equatable {
    /// Ready and wanted replicas of one side.
    public struct Replicas: Sendable, Equatable {
        /// Replicas that pass their readiness probe.
        public var ready: Int
        /// Replicas asked for.
        public var wanted: Int

        /// Pairs the two counts.
        public init(ready: Int, wanted: Int) {
            self.ready = ready
            self.wanted = wanted
        }
    }

    /// The canary's namespace.
    public var namespace: String
    /// The canary's name.
    public var name: String
    /// The phase's wire name, such as `Progressing`.
    public var phase: String
    /// Share of traffic the canary gets, in percent.
    public var weight: Int
    /// Whether the canary gets copies of requests whose answers are dropped.
    public var isMirrored = false
    /// Iterations done and wanted, for A/B and blue/green.
    public var iterations: (done: Int, wanted: Int)? {
        get { iterationsWanted > 0 ? (iterationsDone, iterationsWanted) : nil }
        set { (iterationsDone, iterationsWanted) = newValue ?? (0, 0) }
    }
    private var iterationsDone = 0
    private var iterationsWanted = 0
    /// Failed checks of this analysis.
    public var failedChecks = 0
    /// Failed checks at which it is rolled back.
    public var threshold = 0
    /// The revision under analysis, shortened.
    public var revision: String?
    /// Replicas of the primary.
    public var primary: Replicas?
    /// Replicas of the canary.
    public var canary: Replicas?
    /// Share of the canary's requests that did not fail, in percent.
    public var successRate: Double?
    /// 99th percentile of the canary's request durations.
    public var p99: Duration?
    /// What it waits for, such as `confirm-promotion approve-release`.
    public var waitingFor: String?
    /// When phase or weight last changed.
    public var lastTransition: Date?

    /// A canary of which only phase and weight are known.
    public init(namespace: String, name: String, phase: String, weight: Int = 0) {
        self.namespace = namespace
        self.name = name
        self.phase = phase
        self.weight = weight
    }

    /// `name.namespace`
    public var id: String { "\(name).\(namespace)" }
}
