import Timing

/// Decodes a value of a manifest; reports every problem and goes on with a stand-in.
///
/// A missing or ill-typed field becomes a finding, and its place is taken by an empty value, so that
/// the rest of the document is read and checked in the same pass.
struct NodeDecoder: Decoder {
    /// Ends the decoding of a value whose problem was reported.
    struct Reported: Error {}

    let node: ManifestNode
    let path: FieldPath
    let findings: FindingCollector
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard let members = node.members else {
            throw mismatch("an object", fix: "write its fields below it")
        }
        return KeyedDecodingContainer(NodeKeyedContainer<Key>(members: members, decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .list(let elements) = node.content else {
            throw mismatch("a list", fix: "write `[…]`, or one line with `- ` for each element")
        }
        return NodeUnkeyedContainer(elements: elements, decoder: self)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer {
        NodeSingleValueContainer(decoder: self)
    }

    func descend(to child: ManifestNode, _ childPath: FieldPath) -> NodeDecoder {
        NodeDecoder(node: child, path: childPath, findings: findings)
    }

    /// Reports that the value has the wrong type.
    func mismatch(_ expected: String, fix: String) -> Reported {
        findings.report(
            at: path, rule: "wrong-type", "expected \(expected), found \(node.described)", fix: fix)
        return Reported()
    }

    /// The value as a `Value`.
    ///
    /// - Throws: `Reported` after it reported why it is none.
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if let known = try knownValue(type) as? Value { return known }
        do {
            return try Value(from: self)
        } catch let error as DecodingError {
            findings.report(at: path, rule: "bad-value", error.reason, fix: Self.fix(for: type))
            throw Reported()
        }
    }

    /// The value as a `Value`, or an empty one after it reported why it is none.
    func decodeOrStandIn<Value: Decodable>(_ type: Value.Type) throws -> Value {
        do {
            return try decode(type)
        } catch let error as Reported {
            return try standIn(for: type, after: error)
        }
    }

    /// An empty value: every field has its default.
    func standIn<Value: Decodable>(for type: Value.Type, after error: Reported) throws -> Value {
        for content in [.map([]), .list([]), .scalar(.init(value: .string, text: ""))]
            as [ManifestNode.Content]
        {
            let empty = descend(to: ManifestNode(mark: node.mark, content: content), path)
            if let value = findings.muted({ try? empty.decode(type) }) { return value }
        }
        if let zero = 0 as? Value { return zero }
        if let zero = 0.0 as? Value { return zero }
        if let no = false as? Value { return no }
        throw error
    }

    private static func fix(for type: any Decodable.Type) -> String {
        switch type {
        case is GoDuration.Type: "write numbers with units (ms, s, m, h), such as 30s or 1m30s"
        case is IntOrString.Type: "write a port number or the name of a port"
        default: "see the field's description"
        }
    }
}

extension DecodingError {
    /// What went wrong, in words.
    var reason: String {
        switch self {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
            .dataCorrupted(let context):
            context.debugDescription
        @unknown default: "\(self)"
        }
    }
}
