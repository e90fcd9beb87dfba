/// Which objects a cache holds.
public struct CacheScope: Hashable, Sendable {
    /// The kind.
    public var type: ResourceType
    /// The namespace; nil for all.
    public var namespace: String?
    /// Labels or fields that the objects must have.
    public var selector: Selector

    /// Chooses objects; all of the kind when only that is given.
    public init(_ type: ResourceType, in namespace: String? = nil, matching selector: Selector = .everything)
    {
        self.type = type
        self.namespace = namespace
        self.selector = selector
    }
}
