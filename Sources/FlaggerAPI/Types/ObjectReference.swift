/// Names a resource in the canary's namespace.
public struct ObjectReference: Codable, Equatable, Sendable {
    /// The API group and version, such as `apps/v1`; nil when not told.
    public var apiVersion: String?
    /// The kind, such as `Deployment` or `Process`.
    public var kind: String
    /// The resource's name.
    public var name: String

    enum CodingKeys: String, CodingKey, CaseIterable {
        case apiVersion, kind, name
    }

    /// A reference by kind and name.
    public init(apiVersion: String? = nil, kind: String, name: String) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.name = name
    }
}
