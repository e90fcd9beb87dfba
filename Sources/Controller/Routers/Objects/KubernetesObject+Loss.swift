import FlaggerAPI
import JSON
import KubernetesClient

/// Parts of a specification that the server drops, since its definition of the kind is an older one.
///
/// They are noted in an annotation: otherwise the same parts would be written, and dropped, with every tick.
extension KubernetesObject {
    /// The annotation with a fingerprint of a specification that lacks what was dropped.
    static let lossKey = "aviary/stored"

    /// What is missing of a specification that was just written; nil when nothing is.
    func loss(of wanted: KubernetesObject) -> ControllerError? {
        guard let own = json["spec"], let goal = wanted.json["spec"], let path = own.firstLack(of: goal)
        else {
            return nil
        }
        let apiVersion = json["apiVersion"]?.string ?? ""
        let kind = json["kind"]?.string ?? ""
        return .route(
            "\(kind) \(key): the cluster's definition of \(kind) in \(apiVersion) does not keep spec\(path): install a newer one, or remove the setting from the canary"
        )
    }

    /// What was dropped at the last write; nil when this is not what that write has left.
    func knownLoss(of wanted: KubernetesObject) -> ControllerError? {
        let isSame =
            annotations[Self.lossKey] == lossFingerprint
            && (try? wanted.stamped().annotations[Self.stampKey]) == annotations[Self.stampKey]
            && WantedMetadata(of: wanted) == WantedMetadata(keptBy: self)
            && (json["metadata"] ?? [:]).contains(wanted.metadataToKeep)
        return isSame ? loss(of: wanted) : nil
    }

    /// The annotation that notes a loss.
    var lossNote: JSONValue { [Self.lossKey: .string(lossFingerprint)] }

    private var lossFingerprint: String { StableHash.of(bytes: (json["spec"] ?? .null).text.utf8) }

    private var metadataToKeep: JSONValue {
        .object((json["metadata"]?.members ?? [:]).filter { ["labels", "annotations"].contains($0.key) })
    }
}

extension JSONValue {
    /// Where the first member is that is wanted and not here, such as `.rules[0].timeouts`; nil when all are here.
    ///
    /// A member that is here with another value counts as here.
    func firstLack(of wanted: JSONValue) -> String? {
        switch (self, wanted) {
        case (.object(let own), .object(let others)):
            for (key, value) in others.sorted(by: { $0.key < $1.key }) {
                guard let mine = own[key] else {
                    if value == .null { continue }
                    return ".\(key)"
                }
                if let path = mine.firstLack(of: value) { return ".\(key)\(path)" }
            }
            return nil
        case (.array(let own), .array(let others)):
            for (index, (mine, value)) in zip(own, others).enumerated() {
                if let path = mine.firstLack(of: value) { return "[\(index)]\(path)" }
            }
            return nil
        default: return nil
        }
    }
}
