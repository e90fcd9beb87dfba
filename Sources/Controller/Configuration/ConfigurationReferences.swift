import JSON
import KubernetesClient

/// The ConfigMaps and Secrets that a pod template reads.
struct ConfigurationReferences: Sendable, Equatable {
    /// What holds configuration.
    enum Kind: String, Sendable, CaseIterable {
        case configMap = "configmap"
        case secret = "secret"

        var type: ResourceType { self == .configMap ? .configMap : .secret }
    }

    /// One object that is read.
    struct Reference: Hashable, Sendable, Comparable {
        var kind: Kind
        var name: String

        /// The name in `status.trackedConfigs`, such as `configmap/settings`.
        var statusName: String { "\(kind.rawValue)/\(name)" }

        static func < (left: Reference, right: Reference) -> Bool { left.statusName < right.statusName }
    }

    /// Whether each object may be missing.
    private(set) var optional: [Reference: Bool] = [:]

    var isEmpty: Bool { optional.isEmpty }

    /// All references, in order.
    var all: [Reference] { optional.keys.sorted() }

    /// Finds the references of a pod's volumes and of its containers' environments.
    init(podSpec: JSONValue) {
        var finder = self.optional
        _ = Self.visit(podSpec) { reference, isOptional in
            finder[reference] = (finder[reference] ?? true) && isOptional
            return nil
        }
        optional = finder
    }

    /// What is kept of them in the watched copies: whether each may be missing.
    var json: JSONValue {
        .object(Dictionary(uniqueKeysWithValues: optional.map { ($0.key.statusName, .bool($0.value)) }))
    }

    /// Reads what `json` has kept.
    init(json: JSONValue?) {
        for (name, isOptional) in json?.members ?? [:] {
            guard let slash = name.firstIndex(of: "/"), let kind = Kind(rawValue: String(name[..<slash]))
            else { continue }
            optional[Reference(kind: kind, name: String(name[name.index(after: slash)...]))] =
                isOptional.bool ?? false
        }
    }

    /// The pod specification with other names in the place of some.
    ///
    /// - Parameter rename: the new name of a reference; nil keeps the old one.
    static func renaming(
        in podSpec: JSONValue, _ rename: (Reference) -> String?
    ) -> JSONValue {
        visit(podSpec) { reference, _ in rename(reference) }
    }

    /// Where a pod specification names configuration: the path of the object that holds the name, and the name's key.
    private static let volumeSources: [(path: String, kind: Kind, key: String)] = [
        ("configMap", .configMap, "name"), ("secret", .secret, "secretName"),
    ]
    private static let projectedSources: [(path: String, kind: Kind, key: String)] = [
        ("configMap", .configMap, "name"), ("secret", .secret, "name"),
    ]
    private static let environmentSources: [(path: String, kind: Kind, key: String)] = [
        ("configMapRef", .configMap, "name"), ("secretRef", .secret, "name"),
    ]
    private static let variableSources: [(path: String, kind: Kind, key: String)] = [
        ("configMapKeyRef", .configMap, "name"), ("secretKeyRef", .secret, "name"),
    ]

    private typealias Visitor = (Reference, _ isOptional: Bool) -> String?

    private static func visit(_ podSpec: JSONValue, _ visitor: Visitor) -> JSONValue {
        var spec = podSpec
        spec.mapElements("volumes") { volume in
            visit(&volume, volumeSources, visitor)
            volume.mapMember("projected") { projected in
                projected.mapElements("sources") { visit(&$0, projectedSources, visitor) }
            }
        }
        for list in ["containers", "initContainers"] {
            spec.mapElements(list) { container in
                container.mapElements("envFrom") { visit(&$0, environmentSources, visitor) }
                container.mapElements("env") { variable in
                    variable.mapMember("valueFrom") { visit(&$0, variableSources, visitor) }
                }
            }
        }
        return spec
    }

    private static func visit(
        _ holder: inout JSONValue, _ sources: [(path: String, kind: Kind, key: String)], _ visitor: Visitor
    ) {
        for source in sources {
            guard let name = holder[path: source.path, source.key]?.string, !name.isEmpty else { continue }
            let isOptional = holder[path: source.path, "optional"]?.bool ?? false
            if let other = visitor(Reference(kind: source.kind, name: name), isOptional) {
                holder[path: source.path, source.key] = .string(other)
            }
        }
    }
}

extension JSONValue {
    /// Changes every element of the list under a key, when there is one.
    fileprivate mutating func mapElements(_ key: String, _ change: (inout JSONValue) -> Void) {
        guard var elements = self[key]?.elements else { return }
        for index in elements.indices { change(&elements[index]) }
        self[key] = .array(elements)
    }

    /// Changes the object under a key, when there is one.
    fileprivate mutating func mapMember(_ key: String, _ change: (inout JSONValue) -> Void) {
        guard var member = self[key] else { return }
        change(&member)
        self[key] = member
    }
}
