import JSON
import NIOHTTP1

extension KubernetesClient: KubernetesAPI {
    /// Reads an object; nil when there is none.
    public func get(_ reference: ObjectReference) async throws -> KubernetesObject? {
        try await get(reference, subresource: nil)
    }

    /// Reads an object's `status` or `scale`, or the object itself; nil when there is none.
    public func get(
        _ reference: ObjectReference, subresource: String?
    ) async throws -> KubernetesObject? {
        let request = APIRequest(
            segments: try path(reference, subresource: subresource), purpose: "get \(reference)")
        let answer = try await send(request)
        if answer.code == 404 { return nil }
        guard answer.isSuccess else { throw answer.error(for: request.purpose) }
        return KubernetesObject(json: try answer.json(for: request.purpose))
    }

    /// Reads all objects of a kind, page by page; in all namespaces when none is named.
    public func list(
        _ type: ResourceType, in namespace: String?, matching selector: Selector
    ) async throws -> ObjectList {
        var items: [KubernetesObject] = []
        let version = try await PagedList(type, in: namespace, matching: selector, pageSize: 500, of: self)
            .read(restart: { items = [] }, receive: { items.append($0) })
        return ObjectList(items: items, resourceVersion: version)
    }

    /// Creates an object; throws ``KubernetesError/alreadyExists(_:)`` when there is one of that name.
    public func create(
        _ object: KubernetesObject, as type: ResourceType
    ) async throws -> KubernetesObject {
        let request = APIRequest(
            method: .POST, segments: type.path(in: object.namespace), body: object.json,
            purpose: "create \(type.kind) \(object.key)")
        return KubernetesObject(json: try await json(request))
    }

    /// Replaces an object; throws ``KubernetesError/conflict(_:)`` when it has changed since it was read.
    public func replace(
        _ object: KubernetesObject, as type: ResourceType
    ) async throws -> KubernetesObject {
        try await replace(object, as: type, subresource: nil)
    }

    /// Replaces an object's `status` or `scale`, or the object without its status.
    public func replace(
        _ object: KubernetesObject, as type: ResourceType, subresource: String?
    ) async throws -> KubernetesObject {
        let reference = ObjectReference(type, namespace: object.namespace, name: object.name)
        let request = APIRequest(
            method: .PUT, segments: try path(reference, subresource: subresource), body: object.json,
            purpose: "replace \(reference)")
        return KubernetesObject(json: try await json(request))
    }

    /// Changes parts of an object, or of its `status` or `scale`.
    public func patch(
        _ reference: ObjectReference, with patch: Patch, subresource: String?
    ) async throws -> KubernetesObject {
        var request = APIRequest(
            method: .PATCH, segments: try path(reference, subresource: subresource),
            purpose: "patch \(reference)")
        switch patch {
        case .merge(let change):
            request.body = change
            request.contentType = "application/merge-patch+json"
        case .operations(let operations):
            request.body = operations
            request.contentType = "application/json-patch+json"
        case .apply(let object, let manager, let force):
            // JSON is YAML, and the only type that servers before 1.32 know for apply.
            request.body = object
            request.contentType = "application/apply-patch+yaml"
            request.query = [("fieldManager", manager), ("force", force ? "true" : "false")]
        }
        return KubernetesObject(json: try await json(request))
    }

    /// Deletes an object; nothing happens when there is none.
    public func delete(_ reference: ObjectReference, options: DeletionOptions) async throws {
        var request = APIRequest(
            method: .DELETE, segments: try path(reference), purpose: "delete \(reference)")
        request.body = options.json
        let answer = try await send(request)
        guard answer.isSuccess || answer.code == 404 else { throw answer.error(for: request.purpose) }
    }

    /// A reference without a namespace would name the whole cluster's objects where one is meant.
    private func path(
        _ reference: ObjectReference, subresource: String? = nil
    ) throws(KubernetesError) -> [String] {
        if reference.type.isNamespaced, reference.namespace == nil {
            throw .invalid("\(reference): the namespace is missing")
        }
        return reference.type.path(in: reference.namespace, name: reference.name, subresource: subresource)
    }
}

extension DeletionOptions {
    /// The request's body; nil when the kind's defaults apply.
    fileprivate var json: JSONValue? {
        guard self != DeletionOptions() else { return nil }
        var members: [String: JSONValue] = ["apiVersion": .string("v1"), "kind": .string("DeleteOptions")]
        members["propagationPolicy"] = propagation.map { .string($0.rawValue) }
        var preconditions: [String: JSONValue] = [:]
        preconditions["uid"] = uid.map { .string($0) }
        preconditions["resourceVersion"] = resourceVersion.map { .string($0) }
        if !preconditions.isEmpty { members["preconditions"] = .object(preconditions) }
        return .object(members)
    }
}
