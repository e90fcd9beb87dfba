/// What tells one canary from another.
public struct CanaryKey: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The namespace.
    public let namespace: String
    /// The name within it.
    public let name: String

    /// Makes a key.
    public init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }

    /// `name.namespace`.
    public var description: String { "\(name).\(namespace)" }

    /// Orders by namespace, then name.
    public static func < (left: CanaryKey, right: CanaryKey) -> Bool {
        (left.namespace, left.name) < (right.namespace, right.name)
    }
}
