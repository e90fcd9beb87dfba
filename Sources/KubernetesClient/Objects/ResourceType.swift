/// A kind of resource, as the API server's paths name it.
public struct ResourceType: Hashable, Sendable, CustomStringConvertible {
    /// The API group; empty for the core group.
    public let group: String
    /// The version, such as `v1`.
    public let version: String
    /// The kind, such as `Deployment`.
    public let kind: String
    /// The name in paths, such as `deployments`.
    public let plural: String
    /// Whether its objects live in namespaces.
    public let isNamespaced: Bool

    /// Names a kind of resource.
    public init(
        group: String, version: String, kind: String, plural: String, isNamespaced: Bool = true
    ) {
        self.group = group
        self.version = version
        self.kind = kind
        self.plural = plural
        self.isNamespaced = isNamespaced
    }

    /// `group/version`, or the version alone in the core group.
    public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// `deployments.apps`, or the plural alone in the core group.
    public var description: String { group.isEmpty ? plural : "\(plural).\(group)" }
}
