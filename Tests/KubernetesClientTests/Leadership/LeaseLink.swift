import KubernetesClient
import Synchronization

/// One contender's way to the lease, which a test cuts as if the contender had been killed.
final class LeaseLink: KubernetesAPI {
    private let board: LeaseBoard
    private let state = Mutex(false)

    init(to board: LeaseBoard) { self.board = board }

    func cut() { state.withLock { $0 = true } }

    private var reachable: LeaseBoard {
        get throws {
            if state.withLock({ $0 }) { throw KubernetesError.unavailable("no answer") }
            return board
        }
    }

    func get(_ reference: ObjectReference) async throws -> KubernetesObject? {
        try await reachable.get(reference)
    }

    func create(_ object: KubernetesObject, as type: ResourceType) async throws -> KubernetesObject {
        try await reachable.create(object, as: type)
    }

    func replace(_ object: KubernetesObject, as type: ResourceType) async throws -> KubernetesObject {
        try await reachable.replace(object, as: type)
    }

    func list(
        _ type: ResourceType, in namespace: String?, matching selector: Selector
    ) async throws -> ObjectList { try await reachable.list(type, in: namespace, matching: selector) }

    func patch(
        _ reference: ObjectReference, with patch: Patch, subresource: String?
    ) async throws -> KubernetesObject {
        try await reachable.patch(reference, with: patch, subresource: subresource)
    }

    func delete(_ reference: ObjectReference, options: DeletionOptions) async throws {
        try await reachable.delete(reference, options: options)
    }
}
