import FlaggerAPI
import JSON
public import KubernetesClient

extension Cluster {
    /// Makes an object be as wanted: creates it, or writes what differs; writes nothing when nothing does.
    ///
    /// Labels and annotations of others stay, and so do fields the server added. A field that an earlier call wanted
    /// and this one does not is removed. Conflicts are retried.
    ///
    /// - Parameters:
    ///   - wanted: the object, with its owner reference; its `spec` (and `data`) is managed as a whole.
    ///   - keeping: members of `spec` that stay although they are not wanted, such as a service's `clusterIP`.
    /// - Throws: ``ControllerError/foreign(_:owner:)`` when the object belongs to another controller.
    public func ensure(_ wanted: KubernetesObject, as type: ResourceType, keeping: Set<String> = [])
        async throws
    {
        let namespace = wanted.namespace ?? ""
        let stamped = try wanted.stamped(besides: keeping)
        var current = try await find(type, wanted.name, in: namespace)
        for attempt in 1... {
            do {
                guard let current else {
                    try await create(stamped, as: type)
                    return
                }
                if let owner = wanted.controllerReference?["name"]?.string {
                    try current.requireOwner(named: owner, "\(type.kind) \(current.name).\(namespace)")
                }
                guard let patch = current.patch(to: stamped, keeping: keeping) else { return }
                try await self.patch(type, wanted.name, in: namespace, with: patch)
                return
            } catch let error as KubernetesError where error.isOutdated && attempt < 4 {
                current = try await fetch(type, wanted.name, in: namespace)
            }
        }
    }
}

extension KubernetesError {
    /// Whether the write was refused because it rests on an old reading.
    var isOutdated: Bool {
        switch self {
        case .conflict, .alreadyExists, .notFound: true
        default: false
        }
    }
}

extension KubernetesObject {
    /// The annotation that tells which fields an earlier write wanted.
    static let stampKey = "aviary/applied"

    /// With a fingerprint of the wanted fields among the annotations, and the names of the labels and annotations.
    ///
    /// - Parameter kept: members of `spec` that stay when they are wanted no more, so that nobody needs to know.
    func stamped(besides kept: Set<String> = []) throws -> KubernetesObject {
        var copy = self
        let spec = json["spec"].map { spec in
            spec.members.map { .object($0.filter { !kept.contains($0.key) }) } ?? spec
        }
        copy.json[path: "metadata", "annotations", Self.stampKey] = .string(
            try StableHash.of([spec, json["data"]]))
        copy.json[path: "metadata", "annotations", WantedMetadata.key] = WantedMetadata(of: self).annotation
        return copy
    }

    /// The merge patch that makes this object as wanted; nil when it is.
    func patch(to wanted: KubernetesObject, keeping: Set<String>) -> JSONValue? {
        let isStamped =
            json[path: "metadata", "annotations", Self.stampKey]
            == wanted.json[path: "metadata", "annotations", Self.stampKey]
        var goal = wanted.json.mergingMembers(of: WantedMetadata.stale(in: self, wanted))
        goal[path: "metadata", "ownerReferences"] = controllerReference.flatMap { _ in
            wanted.controllerReference.flatMap(owners)
        }
        guard !isStamped || !json.contains(goal) else { return nil }
        var patch = goal
        for part in ["spec", "data"] {
            guard let own = json[part], let wanted = wanted.json[part] else { continue }
            patch[path: part] = own.mergePatch(to: wanted, keeping: keeping)
        }
        patch[path: "metadata", "resourceVersion"] = resourceVersion.map { .string($0) }
        return patch
    }

    /// The reference of the controller that this object belongs to.
    var controllerReference: JSONValue? {
        json[path: "metadata", "ownerReferences"]?.elements?.first { $0["controller"]?.bool == true }
    }

    /// Refuses an object that belongs to anything but a canary of this name.
    func requireOwner(named name: String, _ text: String) throws {
        guard let owner = controllerReference else { return }
        guard owner["kind"] == .string(Canary.kind), owner["name"] == .string(name) else {
            throw ControllerError.foreign(
                text, owner: "\(owner["kind"]?.string ?? "?") \(owner["name"]?.string ?? "?")")
        }
    }

    /// The owners with one more, which does not control the object; nil when it is among them, or the object is nobody's.
    func sharedOwners(with owner: JSONValue) -> JSONValue? {
        let own = json[path: "metadata", "ownerReferences"]?.elements ?? []
        guard !own.isEmpty, !own.contains(where: { $0["uid"] == owner["uid"] }) else { return nil }
        var sharing = owner
        for member in ["controller", "blockOwnerDeletion"] { sharing[member] = nil }
        return .array(own + [sharing])
    }

    /// The owners with this one as the controller; nil when it is that already.
    func owners(with owner: JSONValue) -> JSONValue? {
        guard controllerReference?["uid"] != owner["uid"] else { return nil }
        let others = json[path: "metadata", "ownerReferences"]?.elements ?? []
        return .array(others.filter { $0["controller"]?.bool != true } + [owner])
    }
}
