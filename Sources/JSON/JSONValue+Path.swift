extension JSONValue {
    /// The whole number, when this is one that fits.
    public var int: Int? {
        switch self {
        case .integer(let value): Int(exactly: value)
        case .number(let value): Int(exactly: value)
        default: nil
        }
    }

    /// The members that are texts, when this is an object: labels, annotations, selectors.
    public var strings: [String: String]? { members?.compactMapValues(\.string) }

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
        var own = members ?? [:]
        if keys.count == 1 {
            own[key] = value
        } else if value != nil || own[key] != nil {
            own[key, default: .object([:])].set(value, at: keys.dropFirst())
        }
        self = .object(own)
    }
}
