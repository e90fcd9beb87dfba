/// Names a resource in any namespace.
public struct CrossNamespaceObjectReference: Codable, Equatable, Sendable {
    /// The API group and version; nil when not told.
    public var apiVersion: String?
    /// The kind; nil where only one kind is possible.
    public var kind: String?
    /// The resource's name.
    public var name: String
    /// The namespace; nil means the canary's.
    public var namespace: String?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case apiVersion, kind, name, namespace
    }

    /// A reference by name.
    public init(name: String, namespace: String? = nil, apiVersion: String? = nil, kind: String? = nil) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.name = name
        self.namespace = namespace
    }
}
