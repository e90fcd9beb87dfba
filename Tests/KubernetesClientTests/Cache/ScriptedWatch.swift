import JSON
import KubernetesClient
import Synchronization

/// A kind of resource in memory, whose watch tells what a test says.
final class ScriptedWatch: WatchAPI {
    private struct State {
        var items: [KubernetesObject] = []
        var version = 1
        var listError: KubernetesError?
        var lists = 0
    }

    private let state = Mutex(State())
    private let events: AsyncStream<WatchEvent>
    private let input: AsyncStream<WatchEvent>.Continuation

    init() { (events, input) = AsyncStream.makeStream() }

    var listCount: Int { state.withLock { $0.lists } }

    /// What the next lists answer.
    func answer(_ items: [KubernetesObject], version: Int, error: KubernetesError? = nil) {
        state.withLock { ($0.items, $0.version, $0.listError) = (items, version, error) }
    }

    /// What the watch tells next.
    func tell(_ event: WatchEvent) { input.yield(event) }

    static func object(_ name: String, version: Int, owner: String? = nil, namespace: String = "test")
        -> KubernetesObject
    {
        var object = KubernetesObject(
            json: .object([
                "metadata": .object([
                    "name": .string(name), "namespace": .string(namespace),
                    "resourceVersion": .string("\(version)"),
                ])
            ]))
        if let owner, var members = object.json.members {
            members["owner"] = .string(owner)
            object.json = .object(members)
        }
        return object
    }

    func page(
        of type: ResourceType, in namespace: String?, matching selector: Selector, limit: Int,
        after token: String?, receive: (KubernetesObject) -> Void
    ) async throws -> ObjectPage {
        let (items, page) = try state.withLock { state in
            state.lists += 1
            if let error = state.listError { throw error }
            return (state.items, ObjectPage(resourceVersion: "\(state.version)"))
        }
        items.forEach(receive)
        return page
    }

    func watch(
        _ type: ResourceType, in namespace: String?, matching selector: Selector,
        from resourceVersion: String,
        receive: @escaping @Sendable (WatchEvent) async throws -> Void
    ) async throws {
        for await event in events {
            if case .bookmark("expired") = event { throw KubernetesError.expired("too old") }
            try await receive(event)
        }
        throw CancellationError()
    }

    func get(_ reference: ObjectReference) async throws -> KubernetesObject? { nil }
    func list(
        _ type: ResourceType, in namespace: String?, matching selector: Selector
    ) async throws -> ObjectList { ObjectList(items: [], resourceVersion: "0") }
    func create(_ object: KubernetesObject, as type: ResourceType) async throws -> KubernetesObject { object }
    func replace(_ object: KubernetesObject, as type: ResourceType) async throws -> KubernetesObject {
        object
    }
    func patch(
        _ reference: ObjectReference, with patch: Patch, subresource: String?
    ) async throws -> KubernetesObject { throw KubernetesError.notFound("nothing is here") }
    func delete(_ reference: ObjectReference, options: DeletionOptions) async throws {}
}
