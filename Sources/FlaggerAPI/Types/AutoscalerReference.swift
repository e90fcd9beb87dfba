/// Names the target's autoscaler and what its copy for the primary changes.
public struct AutoscalerReference: Codable, Equatable, Sendable {
    /// The API group and version.
    public var apiVersion: String?
    /// `HorizontalPodAutoscaler` or `ScaledObject`.
    public var kind: String
    /// The autoscaler's name.
    public var name: String
    /// Queries of the primary's triggers, by trigger name.
    public var primaryScalerQueries: [String: String]?
    /// The primary's own replica limits.
    public var primaryScalerReplicas: ReplicaLimits?

    /// The fewest and most replicas of an autoscaler.
    public struct ReplicaLimits: Codable, Equatable, Sendable {
        /// The fewest replicas; nil keeps the target's.
        public var minReplicas: Int?
        /// The most replicas; nil keeps the target's.
        public var maxReplicas: Int?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case minReplicas, maxReplicas
        }

        /// Limits; nil keeps the target's.
        public init(minReplicas: Int? = nil, maxReplicas: Int? = nil) {
            self.minReplicas = minReplicas
            self.maxReplicas = maxReplicas
        }
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case apiVersion, kind, name, primaryScalerQueries, primaryScalerReplicas
    }

    /// A reference by kind and name.
    public init(apiVersion: String? = nil, kind: String, name: String) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.name = name
    }
}
