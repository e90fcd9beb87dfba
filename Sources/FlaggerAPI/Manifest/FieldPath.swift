/// Where a field is in a resource: `spec.analysis.webhooks[2].timeout`.
public struct FieldPath: Hashable, Sendable, CustomStringConvertible {
    /// One step down.
    public enum Component: Hashable, Sendable {
        /// Into the value of a key.
        case key(String)
        /// Into an element of a list, counted from 0.
        case index(Int)
    }

    /// The steps from the resource down.
    public var components: [Component]

    /// The resource itself.
    public static let root = FieldPath([])

    /// A path of steps.
    public init(_ components: [Component]) { self.components = components }

    /// The path of keys written with dots: `spec.analysis`.
    public init(_ dotted: String) {
        components = dotted.split(separator: ".").map { .key(String($0)) }
    }

    /// The path one key down.
    public subscript(key: String) -> FieldPath { FieldPath(components + [.key(key)]) }

    /// The path one element down.
    public subscript(index: Int) -> FieldPath { FieldPath(components + [.index(index)]) }

    /// Whether `other` is this path or below it.
    public func contains(_ other: FieldPath) -> Bool { other.components.starts(with: components) }

    /// The path as users write it; a key with dots or slashes stands in quotes.
    public var description: String {
        components.reduce(into: "") { text, component in
            switch component {
            case .index(let index): text += "[\(index)]"
            case .key(let key) where key.isEmpty || key.contains { "./[] \"".contains($0) }:
                text += "[\"\(key)\"]"
            case .key(let key): text += text.isEmpty ? key : "." + key
            }
        }
    }
}
