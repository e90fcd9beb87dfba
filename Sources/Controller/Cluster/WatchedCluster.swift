import JSON
import KubernetesClient

/// Reads from the watched copies, writes through the API, and tells the copies what was written.
struct WatchedCluster: Cluster {
    let caches: ClusterCaches
    let api: any KubernetesAPI

    func find(_ type: ResourceType, _ name: String, in namespace: String) async throws -> KubernetesObject? {
        try await caches.syncedCache(of: type)[type.isNamespaced ? namespace : nil, name]?.object()
    }

    func fetch(_ type: ResourceType, _ name: String, in namespace: String) async throws -> KubernetesObject? {
        let object = try await api.get(ObjectReference(type, namespace: namespace, name: name))
        if let object { caches.cache(of: type).accept(object) }
        return object
    }

    func list(
        _ type: ResourceType, in namespace: String, matching selector: Selector
    ) async throws -> [KubernetesObject] {
        try await api.list(type, in: namespace, matching: selector).items
    }

    func create(_ object: KubernetesObject, as type: ResourceType) async throws -> KubernetesObject {
        let created = try await api.create(object, as: type)
        caches.cache(of: type).accept(created)
        return created
    }

    func patch(
        _ type: ResourceType, _ name: String, in namespace: String, with patch: JSONValue,
        subresource: String?
    ) async throws -> KubernetesObject {
        let reference = ObjectReference(type, namespace: namespace, name: name)
        let patched = try await api.patch(reference, with: .merge(patch), subresource: subresource)
        caches.cache(of: type).accept(patched)
        return patched
    }

    func delete(_ type: ResourceType, _ name: String, in namespace: String) async throws {
        try await api.delete(ObjectReference(type, namespace: namespace, name: name))
    }
}
