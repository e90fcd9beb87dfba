/// Labels and annotations of a generated service.
public struct ServiceMetadata: Codable, Equatable, Sendable {
    /// Labels, by key.
    public var labels: [String: String]?
    /// Annotations, by key.
    public var annotations: [String: String]?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case labels, annotations
    }

    /// Labels and annotations.
    public init(labels: [String: String]? = nil, annotations: [String: String]? = nil) {
        self.labels = labels
        self.annotations = annotations
    }
}
