import JSON

/// One value of a manifest with its place in the text.
struct ManifestNode: Equatable, Sendable {
    /// A single value and its text as written.
    struct Scalar: Equatable, Sendable {
        var value: Value
        var text: String
    }

    /// What a single value means.
    enum Value: Equatable, Sendable {
        case null
        case bool(Bool)
        case integer(Int64)
        case number(Double)
        case string
    }

    /// A key with its value.
    struct Member: Equatable, Sendable {
        var key: String
        var mark: SourceMark
        var value: ManifestNode
    }

    enum Content: Equatable, Sendable {
        case scalar(Scalar)
        case list([ManifestNode])
        case map([Member])
    }

    var mark: SourceMark
    var content: Content

    var isNull: Bool {
        if case .scalar(let scalar) = content { scalar.value == .null } else { false }
    }

    /// The text of a single value other than null.
    var text: String? {
        if case .scalar(let scalar) = content, scalar.value != .null { scalar.text } else { nil }
    }

    var members: [Member]? {
        if case .map(let members) = content { members } else { nil }
    }

    subscript(key: String) -> ManifestNode? { members?.first { $0.key == key }?.value }

    /// The place of a field; of the nearest thing around it when it is absent.
    func mark(at path: FieldPath) -> SourceMark {
        var found = mark
        var node = self
        for component in path.components {
            switch (component, node.content) {
            case (.key(let key), .map(let members)):
                guard let member = members.first(where: { $0.key == key }) else { return found }
                found = member.mark
                node = member.value
            case (.index(let index), .list(let elements)):
                guard elements.indices.contains(index) else { return found }
                node = elements[index]
                found = node.mark
            default: return found
            }
        }
        return found
    }

    /// The value in words for a message: `the number 100`, `a list`.
    var described: String {
        switch content {
        case .list: "a list"
        case .map: "an object"
        case .scalar(let scalar):
            switch scalar.value {
            case .null: "nothing"
            case .bool: "the boolean \(scalar.text)"
            case .integer, .number: "the number \(scalar.text)"
            case .string: "the text \"\(scalar.text.prefix(60))\""
            }
        }
    }
}

extension JSONValue {
    /// The value without its place.
    init(_ node: ManifestNode) {
        switch node.content {
        case .list(let elements): self = .array(elements.map(JSONValue.init))
        case .map(let members):
            let pairs = members.map { ($0.key, JSONValue($0.value)) }
            self = .object(Dictionary(pairs) { _, last in last })
        case .scalar(let scalar):
            switch scalar.value {
            case .null: self = .null
            case .bool(let value): self = .bool(value)
            case .integer(let value): self = .integer(value)
            case .number(let value): self = .number(value)
            case .string: self = .string(scalar.text)
            }
        }
    }
}
