import Foundation
import JSON
import KubernetesClient
import KubernetesTesting
import Synchronization

/// Creates, changes and deletes ConfigMaps at random, and remembers the version of each change.
final class ChangeWriter: Sendable {
    private struct State {
        var versions: [String: String] = [:]
        var live: Set<String> = []
        var number = 0
        var random: any RandomNumberGenerator & Sendable
    }

    private let client: KubernetesClient
    private let namespace: String
    private let state: Mutex<State>

    /// The version of each create and update, with the object's name.
    var versions: [String: String] { state.withLock { $0.versions } }

    init(_ client: KubernetesClient, in namespace: String) {
        self.client = client
        self.namespace = namespace
        state = Mutex(State(random: SystemRandomNumberGenerator()))
    }

    /// Makes one change, once the server lets it.
    func change() async throws {
        let (name, isLive, dies, value) = state.withLock { state in
            let name = "object-\(Int.random(in: 0..<20, using: &state.random))"
            state.number += 1
            return (
                name, state.live.contains(name), Int.random(in: 0..<4, using: &state.random) == 0,
                state.number
            )
        }
        let reference = ObjectReference(TestKinds.configMap, namespace: namespace, name: name)
        if !isLive {
            let object = try await client.create(
                .configMap(name, in: namespace, value: "\(value)"), as: TestKinds.configMap)
            note(object, isLive: true)
        } else if dies {
            try await client.delete(reference)
            state.withLock { _ = $0.live.remove(name) }
        } else {
            let change = JSONValue.object(["data": .object(["value": .string("\(value)")])])
            note(try await client.patch(reference, with: .merge(change), subresource: nil), isLive: true)
        }
    }

    private func note(_ object: KubernetesObject, isLive: Bool) {
        state.withLock { state in
            state.live.insert(object.name)
            state.versions[object.resourceVersion ?? ""] = object.name
        }
    }
}

/// Writes down what a watch tells, on its way to a cache.
struct RecordingAPI: WatchAPI {
    final class Log: Sendable {
        private let state = Mutex<(changes: [String], lists: Int)>(([], 0))
        /// Versions that watches told, in order.
        var changes: [String] { state.withLock { $0.changes } }
        var lists: Int { state.withLock { $0.lists } }

        func note(_ event: WatchEvent) {
            switch event {
            case .added(let object), .modified(let object), .deleted(let object):
                state.withLock { $0.changes.append(object.resourceVersion ?? "") }
            case .bookmark: break
            }
        }

        func noteList() { state.withLock { $0.lists += 1 } }
    }

    let api: KubernetesClient
    let log = Log()

    func page(
        of type: ResourceType, in namespace: String?, matching selector: Selector, limit: Int,
        after token: String?, receive: (KubernetesObject) -> Void
    ) async throws -> ObjectPage {
        if token == nil { log.noteList() }
        return try await api.page(
            of: type, in: namespace, matching: selector, limit: limit, after: token, receive: receive)
    }

    func watch(
        _ type: ResourceType, in namespace: String?, matching selector: Selector,
        from resourceVersion: String,
        receive: @escaping @Sendable (WatchEvent) async throws -> Void
    ) async throws {
        try await api.watch(type, in: namespace, matching: selector, from: resourceVersion) { [log] event in
            log.note(event)
            try await receive(event)
        }
    }

    func get(_ reference: ObjectReference) async throws -> KubernetesObject? { try await api.get(reference) }
    func list(
        _ type: ResourceType, in namespace: String?, matching selector: Selector
    ) async throws -> ObjectList { try await api.list(type, in: namespace, matching: selector) }
    func create(_ object: KubernetesObject, as type: ResourceType) async throws -> KubernetesObject {
        try await api.create(object, as: type)
    }
    func replace(_ object: KubernetesObject, as type: ResourceType) async throws -> KubernetesObject {
        try await api.replace(object, as: type)
    }
    func patch(
        _ reference: ObjectReference, with patch: Patch, subresource: String?
    ) async throws -> KubernetesObject {
        try await api.patch(reference, with: patch, subresource: subresource)
    }
    func delete(_ reference: ObjectReference, options: DeletionOptions) async throws {
        try await api.delete(reference, options: options)
    }
}
