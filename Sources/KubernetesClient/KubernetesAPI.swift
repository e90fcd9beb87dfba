public import JSON

/// The verbs of the API server; one conformer talks HTTP, another may stand in for it in tests.
///
/// Every call is bounded in time. All throw ``KubernetesError``; a missing object is an answer (nil), not an error,
/// where it is being read.
public protocol KubernetesAPI: Sendable {
    /// Reads an object; nil when there is none.
    func get(_ reference: ObjectReference) async throws -> KubernetesObject?
    /// Reads all objects of a kind, page by page; in all namespaces when none is named.
    func list(_ type: ResourceType, in namespace: String?, matching selector: Selector) async throws
        -> ObjectList
    /// Creates an object; throws ``KubernetesError/alreadyExists(_:)`` when there is one of that name.
    func create(_ object: KubernetesObject, as type: ResourceType) async throws -> KubernetesObject
    /// Replaces an object; throws ``KubernetesError/conflict(_:)`` when it has changed since it was read.
    func replace(_ object: KubernetesObject, as type: ResourceType) async throws -> KubernetesObject
    /// Changes parts of an object, or of its `status` or `scale`.
    func patch(_ reference: ObjectReference, with patch: Patch, subresource: String?) async throws
        -> KubernetesObject
    /// Deletes an object; nothing happens when there is none.
    func delete(_ reference: ObjectReference) async throws
}

/// Which objects of a list are meant.
public struct Selector: Hashable, Sendable {
    /// A label selector in the server's syntax; empty for all.
    public var labels: String
    /// A field selector in the server's syntax; empty for all.
    public var fields: String

    /// All objects.
    public static let everything = Selector()

    /// Makes a selector; empty parts choose everything.
    public init(labels: String = "", fields: String = "") {
        self.labels = labels
        self.fields = fields
    }
}

/// The objects of a kind at one moment.
public struct ObjectList: Sendable {
    /// The objects.
    public var items: [KubernetesObject]
    /// Where a watch goes on from.
    public var resourceVersion: String

    /// Makes a list.
    public init(items: [KubernetesObject], resourceVersion: String) {
        self.items = items
        self.resourceVersion = resourceVersion
    }
}

/// A change of parts of an object.
public enum Patch: Hashable, Sendable {
    /// RFC 7386: members replace, `null` removes, lists are replaced as a whole.
    case merge(JSONValue)
    /// RFC 6902: a list of operations; `test` makes it conditional.
    case operations(JSONValue)
    /// Server-side apply under a field manager.
    case apply(JSONValue, manager: String, force: Bool)
}
