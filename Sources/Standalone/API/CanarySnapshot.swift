public import FlaggerAPI

/// One canary as the daemon's API and its terminal view show it.
public struct CanarySnapshot: Codable, Equatable, Sendable {
    /// The resource with its status.
    public var canary: Canary
    /// The checksum of the revision that the user wants.
    public var targetChecksum: String
    /// The checksum of the revision last taken up.
    public var appliedChecksum: String
    /// The largest weight or the number of iterations that the strategy aims at.
    public var goal: Goal
    /// Whether primary's requests are mirrored to the canary.
    public var isMirrored: Bool
    /// What the rollout waits for, in words; nil when it does not wait.
    public var waitingFor: String?
    /// Requests measured on both sides over the last ten seconds.
    public var traffic: [String: Traffic]
    /// The ports of the built-in proxy: `apex`, `primary` and `canary`.
    public var ports: [String: Int]

    /// What a strategy aims at.
    public struct Goal: Codable, Equatable, Sendable {
        /// The largest weight; nil when iterations count.
        public var maxWeight: Int?
        /// The number of iterations; nil when weights count.
        public var iterations: Int?
        /// Failed checks that end the rollout.
        public var threshold: Int
    }

    /// What one side served.
    public struct Traffic: Codable, Equatable, Sendable {
        /// Ready replicas.
        public var ready: Int
        /// Replicas asked for.
        public var wanted: Int
        /// Requests.
        public var requests: Int
        /// Share without a 5xx, in percent; nil without requests.
        public var successRate: Double?
        /// The 99th percentile of durations, in milliseconds; nil without requests.
        public var p99Milliseconds: Double?
    }

    /// Whether nothing is under way and the revision wanted is the one taken up.
    public var isSettled: Bool {
        let atRest = ["Initialized", "Succeeded", "Failed"].contains(canary.status?.phase ?? "")
        return atRest && targetChecksum == appliedChecksum
    }
}
