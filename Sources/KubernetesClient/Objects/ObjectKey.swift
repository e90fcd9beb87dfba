/// Names an object among those of its kind.
public struct ObjectKey: Hashable, Sendable, CustomStringConvertible {
    /// Its namespace; nil for cluster-wide kinds.
    public let namespace: String?
    /// Its name.
    public let name: String

    /// Names an object.
    public init(namespace: String?, name: String) {
        self.namespace = namespace
        self.name = name
    }

    /// `podinfo.test`: the words of messages.
    public var description: String { namespace.map { "\(name).\($0)" } ?? name }
}

extension KubernetesObject {
    /// Its namespace and name.
    public var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }
}

extension ObjectReference {
    /// Its namespace and name.
    public var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }
}
