import JSON
import KubernetesClient

/// An object as the watched copies hold it: its JSON text, since the tree of values takes five times the memory.
struct KeptObject: Sendable {
    private let text: [UInt8]

    init(_ object: KubernetesObject) {
        let written = object.json.serialized()
        // What was written into has room for more.
        text = written.withUnsafeBufferPointer { Array($0) }
    }

    /// The object.
    ///
    /// - Throws: never for what was written by `init`.
    func object() throws -> KubernetesObject { KubernetesObject(json: try JSONValue(parsing: text)) }
}

extension ResourceCache<KeptObject> {
    /// The object of a name; nil when there is none.
    func object(_ key: ObjectKey) -> KubernetesObject? { try? value(key)?.object() }
}
