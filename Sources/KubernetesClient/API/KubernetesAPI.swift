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
    ///
    /// Throws ``KubernetesError/conflict(_:)`` when the object is not the one that the options expect.
    func delete(_ reference: ObjectReference, options: DeletionOptions) async throws
}

extension KubernetesAPI {
    /// Deletes an object as its kind does by default; nothing happens when there is none.
    public func delete(_ reference: ObjectReference) async throws {
        try await delete(reference, options: DeletionOptions())
    }
}
