import Timing

/// Lets changes through only while this process leads.
struct FencedAPI: KubernetesAPI {
    let api: any KubernetesAPI
    let leadership: Leadership

    func get(_ reference: ObjectReference) async throws -> KubernetesObject? {
        try await api.get(reference)
    }

    func list(
        _ type: ResourceType, in namespace: String?, matching selector: Selector
    ) async throws -> ObjectList {
        try await api.list(type, in: namespace, matching: selector)
    }

    func create(_ object: KubernetesObject, as type: ResourceType) async throws -> KubernetesObject {
        try await change("create \(type.kind) \(object.key)") { try await $0.create(object, as: type) }
    }

    func replace(_ object: KubernetesObject, as type: ResourceType) async throws -> KubernetesObject {
        try await change("replace \(type.kind) \(object.key)") { try await $0.replace(object, as: type) }
    }

    func patch(
        _ reference: ObjectReference, with patch: Patch, subresource: String?
    ) async throws -> KubernetesObject {
        try await change("patch \(reference)") {
            try await $0.patch(reference, with: patch, subresource: subresource)
        }
    }

    func delete(_ reference: ObjectReference, options: DeletionOptions) async throws {
        try await change("delete \(reference)") { try await $0.delete(reference, options: options) }
    }

    private func change<Value: Sendable>(
        _ action: String, _ request: @escaping @Sendable (any KubernetesAPI) async throws -> Value
    ) async throws -> Value {
        guard leadership.isCurrent else {
            throw KubernetesError.leadershipLost("\(action): not done, as this process no longer leads")
        }
        do {
            return try await withDeadline(leadership.remaining + leadership.grace) { [api] in
                try await request(api)
            }
        } catch is DeadlineExceeded {
            throw KubernetesError.leadershipLost("\(action): no answer for as long as this process leads")
        }
    }
}
