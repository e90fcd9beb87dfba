import FlaggerAPI
import JSON
import KubernetesClient

/// What is kept of the objects of a cluster: enough to decide, so that thousands of them fit into little memory.
enum Projection {
    /// Where the summary of a pod template is kept, in the template's place.
    static let templateKey = "aviaryTemplate"
    /// Where the checksum of a ConfigMap's or Secret's data is kept, in the data's place.
    static let checksumKey = "aviaryChecksum"

    /// The types of Secrets that nobody tracks and that are many or large.
    static let unwatchedSecretTypes = ["helm.sh/release.v1", "kubernetes.io/service-account-token"]

    /// Which objects of a kind are watched.
    static func selector(of type: ResourceType) -> Selector {
        guard type == .secret else { return .everything }
        return Selector(fields: unwatchedSecretTypes.map { "type!=\($0)" }.joined(separator: ","))
    }

    /// What is kept of an object.
    static func project(_ object: KubernetesObject, _ type: ResourceType) -> KubernetesObject {
        var json = object.json
        json[path: "metadata", "managedFields"] = nil
        json[path: "metadata", "annotations", KubernetesObject.lastAppliedKey] = nil
        switch type {
        case .deployment, .daemonSet:
            if let template = json[path: "spec", "template"] {
                json[templateKey] = PodTemplate(template).summary
            }
            json[path: "spec", "template"] = nil
            json[path: "status", "conditions"] = json[path: "status", "conditions"].map(compact)
        case .configMap, .secret:
            json[checksumKey] = .string(ConfigurationChecksum.of(json))
            for key in ["data", "binaryData", "stringData"] { json[path: key] = nil }
        default: break
        }
        return KubernetesObject(json: json)
    }

    /// Conditions without their prose.
    private static func compact(_ conditions: JSONValue) -> JSONValue {
        .array(
            (conditions.elements ?? []).map { condition in
                .object((condition.members ?? [:]).filter { ["type", "status", "reason"].contains($0.key) })
            })
    }
}

extension KubernetesObject {
    /// The annotation in which `kubectl apply` keeps what the user wrote.
    static let lastAppliedKey = "kubectl.kubernetes.io/last-applied-configuration"

    /// The annotations.
    var annotations: [String: String] { json[path: "metadata", "annotations"]?.strings ?? [:] }

    /// The labels.
    var labels: [String: String] { json[path: "metadata", "labels"]?.strings ?? [:] }

    /// `metadata.generation`: counts the changes of the specification.
    var generation: Int? { json[path: "metadata", "generation"]?.int }
}
