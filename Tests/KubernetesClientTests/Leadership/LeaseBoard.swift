import JSON
import KubernetesClient
import Synchronization

/// An API server that keeps one lease, with versions and outages, for tests under a manual clock.
final class LeaseBoard: KubernetesAPI {
    enum Fault: Sendable {
        case none
        /// Nothing is answered or done.
        case unreachable
        /// The change is made, and the answer lost.
        case lostAnswer
    }

    private struct State {
        var object: KubernetesObject?
        var version = 0
        var fault = Fault.none
        var writes = 0
    }

    private let state = Mutex(State())

    var object: KubernetesObject? { state.withLock { $0.object } }
    var holder: String? { object?.json["spec"]?["holderIdentity"]?.string }
    var writes: Int { state.withLock { $0.writes } }

    func set(_ fault: Fault) { state.withLock { $0.fault = fault } }

    /// Changes the lease as somebody with an editor would.
    func edit(holder: String) throws {
        try state.withLock { state in
            var members = state.object?.json.members ?? [:]
            var spec = members["spec"]?.members ?? [:]
            spec["holderIdentity"] = .string(holder)
            members["spec"] = .object(spec)
            try Self.store(KubernetesObject(json: .object(members)), &state)
        }
    }

    func get(_ reference: ObjectReference) async throws -> KubernetesObject? {
        try state.withLock { state in
            if case .unreachable = state.fault { throw KubernetesError.unavailable("get: no answer") }
            return state.object
        }
    }

    func create(_ object: KubernetesObject, as type: ResourceType) async throws -> KubernetesObject {
        try state.withLock { state in
            if case .unreachable = state.fault { throw KubernetesError.unavailable("create: no answer") }
            guard state.object == nil else { throw KubernetesError.alreadyExists("create: exists") }
            return try Self.store(object, &state)
        }
    }

    func replace(_ object: KubernetesObject, as type: ResourceType) async throws -> KubernetesObject {
        try state.withLock { state in
            if case .unreachable = state.fault { throw KubernetesError.unavailable("replace: no answer") }
            guard let held = state.object else { throw KubernetesError.notFound("replace: nothing there") }
            guard held.resourceVersion == object.resourceVersion else {
                throw KubernetesError.conflict("replace: changed")
            }
            return try Self.store(object, &state)
        }
    }

    @discardableResult
    private static func store(_ object: KubernetesObject, _ state: inout State) throws -> KubernetesObject {
        state.version += 1
        state.writes += 1
        var members = object.json.members ?? [:]
        var metadata = members["metadata"]?.members ?? [:]
        metadata["resourceVersion"] = .string("\(state.version)")
        members["metadata"] = .object(metadata)
        state.object = KubernetesObject(json: .object(members))
        if case .lostAnswer = state.fault { throw KubernetesError.unavailable("the answer is lost") }
        return KubernetesObject(json: .object(members))
    }

    func list(
        _ type: ResourceType, in namespace: String?, matching selector: Selector
    ) async throws -> ObjectList { throw KubernetesError.notFound("only one lease is here") }
    func patch(
        _ reference: ObjectReference, with patch: Patch, subresource: String?
    ) async throws -> KubernetesObject { throw KubernetesError.notFound("only one lease is here") }
    func delete(_ reference: ObjectReference, options: DeletionOptions) async throws {
        state.withLock { $0.object = nil }
    }
}
