import JSON
import KubernetesClient

/// The labels and annotations that were wanted of an object, by name: those that are wanted no more can be told from
/// those that somebody else has added.
struct WantedMetadata: Equatable {
    /// The annotation that keeps the names, such as `annotations/owner,labels/app`.
    static let key = "aviary/metadata"

    private static let parts = ["annotations", "labels"]

    /// Each as its part and its name, joined by a slash.
    private(set) var names: Set<String> = []

    /// What an object has, bookkeeping left aside.
    init(of object: KubernetesObject) {
        for part in Self.parts {
            for (name, value) in object.json[path: "metadata", part]?.members ?? [:]
            where value.string != nil && !KubernetesObject.isBookkeeping(name) {
                names.insert("\(part)/\(name)")
            }
        }
    }

    /// What the annotation of an object keeps.
    init(keptBy object: KubernetesObject) {
        names = Set((object.annotations[Self.key] ?? "").split(separator: ",").map(String.init))
    }

    /// The annotation; nil when there is nothing to keep.
    var annotation: JSONValue? {
        names.isEmpty ? nil : .string(names.sorted().joined(separator: ","))
    }

    /// The metadata of an object that was wanted and is not any more, each as nothing.
    static func stale(in object: KubernetesObject, _ wanted: KubernetesObject) -> JSONValue {
        var stale: JSONValue = [:]
        let kept = WantedMetadata(keptBy: object)
        let goal = WantedMetadata(of: wanted)
        for name in kept.names.subtracting(goal.names) {
            guard let part = parts.first(where: { name.hasPrefix("\($0)/") }) else { continue }
            stale[path: "metadata", part, String(name.dropFirst(part.count + 1))] = .null
        }
        if goal.names.isEmpty, !kept.names.isEmpty { stale[path: "metadata", "annotations", key] = .null }
        return stale
    }
}

extension JSONValue {
    /// This object with the members of another in it, at every depth; nothing counts as a member.
    func mergingMembers(of other: JSONValue) -> JSONValue {
        guard case .object(let own) = self, case .object(let others) = other else { return other }
        return .object(own.merging(others) { $0.mergingMembers(of: $1) })
    }
}
