import FlaggerAPI
import JSON
import KubernetesClient

/// What an object of the user's specified before a canary took it over.
extension KubernetesObject {
    /// The peer's annotation with the former specification, so that either puts back what the other has changed.
    static let originalKey = "flagger.kubernetes.io/original-configuration"

    /// The annotation with the former specification, to be added by the first write to an object of the user's.
    func originalToKeep() -> [String: String]? {
        let isUntouched = annotations[Self.stampKey] == nil && annotations[Self.originalKey] == nil
        guard isUntouched, controllerReference == nil, let spec = json["spec"] else { return nil }
        return [Self.originalKey: spec.text]
    }

    /// The former specification: what `kubectl apply` wrote last, or what was there at first.
    var originalSpec: JSONValue? {
        annotations[Self.lastAppliedKey].flatMap(JSONValue.parse)?["spec"]
            ?? annotations[Self.originalKey].flatMap(JSONValue.parse)
    }

    /// The annotations that this program adds, each as nothing.
    static let ownAnnotations: JSONValue = [
        stampKey: .null, originalKey: .null, lossKey: .null, WantedMetadata.key: .null,
    ]

    /// With further annotations.
    func annotated(_ annotations: [String: String]) -> KubernetesObject {
        var copy = self
        for (key, value) in annotations { copy.json[path: "metadata", "annotations", key] = .string(value) }
        return copy
    }
}

extension KubernetesObject {
    /// Whether an annotation is somebody's bookkeeping, which must not be copied to another object.
    static func isBookkeeping(_ key: String) -> Bool {
        [lastAppliedKey, stampKey, originalKey, lossKey, WantedMetadata.key].contains(key)
            || key.contains("toolkit.fluxcd.io")
    }
}
