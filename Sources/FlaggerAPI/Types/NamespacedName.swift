/// The name of a resource with its namespace.
public struct NamespacedName: Codable, Hashable, Sendable, CustomStringConvertible {
    /// The namespace.
    public let namespace: String
    /// The name, unique by kind in the namespace.
    public let name: String

    /// A name in a namespace.
    public init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }

    /// What a reference names, from a resource in this namespace.
    public init(_ reference: CrossNamespaceObjectReference, from namespace: String) {
        let own = reference.namespace ?? ""
        self.init(namespace: own.isEmpty ? namespace : own, name: reference.name)
    }

    /// The name that metadata holds.
    public init(_ metadata: ObjectMeta) {
        self.init(namespace: metadata.namespace, name: metadata.name)
    }

    /// `name.namespace`.
    public var description: String { "\(name).\(namespace)" }
}
