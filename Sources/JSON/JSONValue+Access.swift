/// Reading parts of a value without saying what to do when they are something else.
extension JSONValue {
    /// The text, when this is one.
    public var string: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    /// The number without a fraction, when this is one.
    public var integer: Int64? {
        guard case .integer(let value) = self else { return nil }
        return value
    }

    /// The truth value, when this is one.
    public var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// The elements, when this is a list.
    public var elements: [JSONValue]? {
        guard case .array(let values) = self else { return nil }
        return values
    }

    /// The members, when this is an object.
    public var members: [String: JSONValue]? {
        guard case .object(let members) = self else { return nil }
        return members
    }
}
