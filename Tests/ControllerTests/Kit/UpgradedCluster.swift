import JSON
import KubernetesClient
import Synchronization

@testable import Controller

/// A cluster whose server, once it is upgraded, fills in a field of pod templates that it did not know before.
struct UpgradedCluster: Cluster {
    final class Switch: Sendable {
        private let state = Mutex(false)

        func withLock<Value: Sendable>(_ body: (inout Bool) -> Value) -> Value {
            state.withLock { body(&$0) }
        }
    }

    let cluster: any Cluster
    let isUpgraded = Switch()

    func find(_ type: ResourceType, _ name: String, in namespace: String) async throws -> KubernetesObject? {
        guard type == .deployment, isUpgraded.withLock({ $0 }) else {
            return try await cluster.find(type, name, in: namespace)
        }
        return try await fetch(type, name, in: namespace).map { Projection.project($0, type) }
    }

    func fetch(_ type: ResourceType, _ name: String, in namespace: String) async throws -> KubernetesObject? {
        let object = try await cluster.fetch(type, name, in: namespace)
        return type == .deployment ? object.map(filledIn) : object
    }

    func list(
        _ type: ResourceType, in namespace: String, matching selector: Selector
    ) async throws -> [KubernetesObject] {
        try await cluster.list(type, in: namespace, matching: selector)
    }

    func create(_ object: KubernetesObject, as type: ResourceType) async throws -> KubernetesObject {
        try await cluster.create(object, as: type)
    }

    func patch(
        _ type: ResourceType, _ name: String, in namespace: String, with patch: JSONValue,
        subresource: String?
    ) async throws -> KubernetesObject {
        let patched = try await cluster.patch(
            type, name, in: namespace, with: patch, subresource: subresource)
        return type == .deployment ? filledIn(patched) : patched
    }

    func delete(_ type: ResourceType, _ name: String, in namespace: String) async throws {
        try await cluster.delete(type, name, in: namespace)
    }

    private func filledIn(_ object: KubernetesObject) -> KubernetesObject {
        guard isUpgraded.withLock({ $0 }) else { return object }
        var copy = object
        copy.json[path: "spec", "template", "spec", "resizePolicy"] = "NotRequired"
        return copy
    }
}
