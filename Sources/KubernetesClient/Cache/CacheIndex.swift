/// Finds objects of a cache by something other than their names, such as who owns them.
public struct CacheIndex<Projection: Sendable>: Sendable {
    /// The index's name, unique in a cache.
    public let name: String
    /// The keys under which an object is found; may be none.
    public let keys: @Sendable (Projection) -> [String]

    /// Makes an index.
    public init(_ name: String, keys: @escaping @Sendable (Projection) -> [String]) {
        self.name = name
        self.keys = keys
    }
}
