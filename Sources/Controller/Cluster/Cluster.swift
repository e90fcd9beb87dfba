public import JSON
public import KubernetesClient

/// The cluster as routers and workloads see it: reads come from watched copies, writes go to the server.
///
/// Every call is bounded in time. What was written through it is seen by the reads that follow, although the watch
/// may lag behind.
public protocol Cluster: Sendable {
    /// Reads an object from the watched copies; nil when there is none.
    ///
    /// - Throws: `KubernetesError` when the kind is not served, may not be read, or was not listed yet.
    func find(_ type: ResourceType, _ name: String, in namespace: String) async throws -> KubernetesObject?

    /// Reads an object from the server itself: for what is about to be copied. Nil when there is none.
    func fetch(_ type: ResourceType, _ name: String, in namespace: String) async throws -> KubernetesObject?

    /// Reads those objects of a namespace from the server that a selector picks: for a question that is asked rarely.
    func list(
        _ type: ResourceType, in namespace: String, matching selector: Selector
    ) async throws -> [KubernetesObject]

    /// Creates an object; throws `KubernetesError.alreadyExists` when there is one of that name.
    @discardableResult
    func create(_ object: KubernetesObject, as type: ResourceType) async throws -> KubernetesObject

    /// Changes parts of an object by merge patch (RFC 7386), or of a subresource such as `status`.
    ///
    /// A patch that holds `metadata.resourceVersion` is refused with `KubernetesError.conflict` when the object has
    /// changed since.
    @discardableResult
    func patch(
        _ type: ResourceType, _ name: String, in namespace: String, with patch: JSONValue,
        subresource: String?
    ) async throws -> KubernetesObject

    /// Deletes an object; nothing happens when there is none.
    func delete(_ type: ResourceType, _ name: String, in namespace: String) async throws
}

extension Cluster {
    /// Changes parts of an object by merge patch.
    @discardableResult
    public func patch(
        _ type: ResourceType, _ name: String, in namespace: String, with patch: JSONValue
    ) async throws -> KubernetesObject {
        try await self.patch(type, name, in: namespace, with: patch, subresource: nil)
    }
}
