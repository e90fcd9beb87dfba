import JSON
import KubernetesClient
import Synchronization

/// An API server that keeps events, and fails as told.
final class EventSink: KubernetesAPI {
    private struct State {
        var created: [KubernetesObject] = []
        var patches: [(name: String, change: JSONValue)] = []
        var failure: (@Sendable (ResourceType, Int) -> KubernetesError?)?
        var tries = 0
    }

    private let state = Mutex(State())

    var created: [KubernetesObject] { state.withLock { $0.created } }
    var patches: [(name: String, change: JSONValue)] { state.withLock { $0.patches } }
    var tries: Int { state.withLock { $0.tries } }
    /// The counts that the server was told, by event.
    var counts: [String: [Int64]] {
        Dictionary(grouping: patches, by: \.name).mapValues {
            $0.compactMap { $0.change["series"]?["count"]?.integer }
        }
    }

    /// Which tries fail: by kind and number of the try.
    func fail(_ failure: @escaping @Sendable (ResourceType, Int) -> KubernetesError?) {
        state.withLock { $0.failure = failure }
    }

    func create(_ object: KubernetesObject, as type: ResourceType) async throws -> KubernetesObject {
        try state.withLock { state in
            state.tries += 1
            if let error = state.failure?(type, state.tries) { throw error }
            state.created.append(object)
            return object
        }
    }

    func patch(
        _ reference: ObjectReference, with patch: Patch, subresource: String?
    ) async throws -> KubernetesObject {
        try state.withLock { state in
            state.tries += 1
            if let error = state.failure?(reference.type, state.tries) { throw error }
            guard case .merge(let change) = patch else { throw KubernetesError.invalid("not a merge") }
            state.patches.append((reference.name, change))
            return KubernetesObject(json: .null)
        }
    }

    func get(_ reference: ObjectReference) async throws -> KubernetesObject? { nil }
    func list(
        _ type: ResourceType, in namespace: String?, matching selector: Selector
    ) async throws -> ObjectList { ObjectList(items: [], resourceVersion: "0") }
    func replace(_ object: KubernetesObject, as type: ResourceType) async throws -> KubernetesObject {
        object
    }
    func delete(_ reference: ObjectReference, options: DeletionOptions) async throws {}
}
