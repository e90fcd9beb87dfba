import JSON
public import KubernetesClient

/// Kinds and objects that tests need.
public enum TestKinds {
    /// Namespaces.
    public static let namespace = ResourceType(
        group: "", version: "v1", kind: "Namespace", plural: "namespaces", isNamespaced: false)
    /// ConfigMaps.
    public static let configMap = ResourceType(
        group: "", version: "v1", kind: "ConfigMap", plural: "configmaps")
}

extension KubernetesClient {
    /// Creates a namespace with a name that no other test has.
    public func makeNamespace(_ prefix: String = "test") async throws -> String {
        let name = "\(prefix)-\(String(UInt64.random(in: .min ... .max), radix: 36))"
        let object = KubernetesObject(
            json: .object([
                "apiVersion": .string("v1"), "kind": .string("Namespace"),
                "metadata": .object(["name": .string(name)]),
            ]))
        _ = try await create(object, as: TestKinds.namespace)
        return name
    }
}

extension KubernetesObject {
    /// A ConfigMap with one entry.
    public static func configMap(
        _ name: String, in namespace: String, value: String = "", labels: [String: String] = [:]
    ) -> KubernetesObject {
        KubernetesObject(
            json: .object([
                "apiVersion": .string("v1"), "kind": .string("ConfigMap"),
                "metadata": .object([
                    "name": .string(name), "namespace": .string(namespace),
                    "labels": .object(labels.mapValues { .string($0) }),
                ]),
                "data": .object(["value": .string(value)]),
            ]))
    }
}
