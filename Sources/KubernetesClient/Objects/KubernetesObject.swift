public import JSON

/// An object as the API server holds it; fields that nobody here reads are kept.
public struct KubernetesObject: Sendable, Hashable {
    /// The whole object.
    public var json: JSONValue

    /// Wraps an object's JSON.
    public init(json: JSONValue) { self.json = json }

    /// `metadata.name`, empty when absent.
    public var name: String { metadata("name") ?? "" }

    /// `metadata.namespace`.
    public var namespace: String? { metadata("namespace") }

    /// `metadata.uid`.
    public var uid: String? { metadata("uid") }

    /// `metadata.resourceVersion`; an update that names an old one is refused with a conflict.
    public var resourceVersion: String? { metadata("resourceVersion") }

    private func metadata(_ key: String) -> String? {
        guard case .string(let value)? = json["metadata"]?[key] else { return nil }
        return value
    }
}
