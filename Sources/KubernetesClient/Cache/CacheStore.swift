/// What a cache holds: a projection for each object, and the indexes over them.
struct CacheStore<Projection: Sendable>: Sendable {
    struct Entry: Sendable {
        /// The object's version; 0 when the server's versions are not numbers.
        let version: UInt64
        /// Nil when the projection left the object out.
        let value: Projection?
        /// Why the projection refused the object.
        let problem: String?
        /// The object's keys in each index, in the indexes' order.
        let indexKeys: [[String]]
    }

    private(set) var entries: [ObjectKey: Entry] = [:]
    private var namespaces: [String: Set<ObjectKey>] = [:]
    private var indexes: [[String: Set<ObjectKey>]]
    /// The newest version that a list, a watch or a bookmark has told.
    var latest: UInt64 = 0

    init(indexCount: Int) {
        indexes = Array(repeating: [:], count: indexCount)
    }

    func keys(inNamespace namespace: String) -> Set<ObjectKey> { namespaces[namespace] ?? [] }

    func keys(inIndex index: Int, under key: String) -> Set<ObjectKey> { indexes[index][key] ?? [] }

    mutating func set(_ entry: Entry, for key: ObjectKey) {
        remove(key)
        entries[key] = entry
        guard entry.value != nil else { return }
        if let namespace = key.namespace { namespaces[namespace, default: []].insert(key) }
        for (index, names) in entry.indexKeys.enumerated() {
            for name in names { indexes[index][name, default: []].insert(key) }
        }
    }

    @discardableResult
    mutating func remove(_ key: ObjectKey) -> Entry? {
        guard let entry = entries.removeValue(forKey: key) else { return nil }
        if let namespace = key.namespace { Self.remove(key, from: &namespaces, under: namespace) }
        for (index, names) in entry.indexKeys.enumerated() {
            for name in names { Self.remove(key, from: &indexes[index], under: name) }
        }
        return entry
    }

    private static func remove(
        _ key: ObjectKey, from index: inout [String: Set<ObjectKey>], under name: String
    ) {
        index[name]?.remove(key)
        if index[name]?.isEmpty == true { index[name] = nil }
    }
}
