/// Names one object of a cluster.
public struct ObjectReference: Hashable, Sendable, CustomStringConvertible {
    /// Its kind.
    public let type: ResourceType
    /// Its namespace; nil for cluster-wide kinds.
    public let namespace: String?
    /// Its name.
    public let name: String

    /// Names an object.
    public init(_ type: ResourceType, namespace: String?, name: String) {
        self.type = type
        self.namespace = namespace
        self.name = name
    }

    /// `Deployment podinfo.test`: the words of messages.
    public var description: String {
        namespace.map { "\(type.kind) \(name).\($0)" } ?? "\(type.kind) \(name)"
    }
}
