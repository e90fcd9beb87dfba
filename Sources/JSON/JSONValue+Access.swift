extension JSONValue {
    /// The text, when this is one.
    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The number, when this is one without a fraction.
    public var integer: Int? {
        switch self {
        case .integer(let value): Int(exactly: value)
        case .number(let value): Int(exactly: value)
        default: nil
        }
    }

    /// The truth value, when this is one.
    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The elements, when this is a list.
    public var array: [JSONValue]? {
        if case .array(let values) = self { values } else { nil }
    }

    /// The members, when this is an object.
    public var object: [String: JSONValue]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// The members that are texts, when this is an object: labels, annotations, selectors.
    public var strings: [String: String]? { object?.compactMapValues(\.string) }

    /// An object of texts.
    public init(_ strings: [String: String]) {
        self = .object(strings.mapValues { .string($0) })
    }

    /// The value at a path of keys; setting one makes the objects on the way, setting nil removes it.
    public subscript(path keys: String...) -> JSONValue? {
        get { value(at: keys[...]) }
        set { set(newValue, at: keys[...]) }
    }

    private func value(at keys: ArraySlice<String>) -> JSONValue? {
        guard let key = keys.first else { return self }
        return self[key]?.value(at: keys.dropFirst())
    }

    private mutating func set(_ value: JSONValue?, at keys: ArraySlice<String>) {
        guard let key = keys.first else { return self = value ?? .null }
        var members = object ?? [:]
        if keys.count == 1 {
            members[key] = value
        } else if value != nil || members[key] != nil {
            members[key, default: .object([:])].set(value, at: keys.dropFirst())
        }
        self = .object(members)
    }
}
