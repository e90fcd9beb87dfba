public import JSON

/// A change of parts of an object.
public enum Patch: Hashable, Sendable {
    /// RFC 7386: members replace, `null` removes, lists are replaced as a whole.
    case merge(JSONValue)
    /// RFC 6902: a list of operations; `test` makes it conditional.
    case operations(JSONValue)
    /// Server-side apply under a field manager.
    case apply(JSONValue, manager: String, force: Bool)
}
