import JSON

extension JSONValue {
    /// Reads a JSON text; nil when it is none.
    static func parse(_ text: String) -> JSONValue? { try? JSONValue(parsing: text) }

    /// The value as a JSON text with its keys in order.
    var text: String { text(sortingKeys: true) }
}
