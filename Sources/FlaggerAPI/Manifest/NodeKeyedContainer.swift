/// The fields of an object; unknown ones are reported when it is made.
struct NodeKeyedContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let nodes: [String: ManifestNode]
    private let decoder: NodeDecoder
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { nodes.keys.sorted().compactMap(Key.init) }

    init(members: [ManifestNode.Member], decoder: NodeDecoder) {
        nodes = Dictionary(members.map { ($0.key, $0.value) }) { _, last in last }
        self.decoder = decoder
        guard let known = (Key.self as? any CaseIterable.Type)?.names else { return }
        for member in members where !known.contains(member.key) {
            decoder.findings.report(
                .warning, at: decoder.path[member.key], rule: "unknown-field", "unknown field; it is ignored",
                fix: Spelling.nearest(to: member.key, among: known).map { "did you mean `\($0)`?" }
                    ?? "remove it, or correct its name or indentation")
        }
    }

    private func child(_ key: Key) -> NodeDecoder? {
        guard let node = nodes[key.stringValue], !node.isNull else { return nil }
        return decoder.descend(to: node, decoder.path[key.stringValue])
    }

    func contains(_ key: Key) -> Bool { nodes[key.stringValue] != nil }
    func decodeNil(forKey key: Key) -> Bool { child(key) == nil }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        if let child = child(key) { return try child.decodeOrStandIn(type) }
        let path = decoder.path[key.stringValue]
        decoder.findings.report(
            at: path, rule: "missing-field", "missing", fix: "add `\(key.stringValue):` here")
        return try decoder.descend(to: decoder.node, path).standIn(for: type, after: NodeDecoder.Reported())
    }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        do {
            return try child(key)?.decode(type)
        } catch is NodeDecoder.Reported {
            return nil
        }
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try (child(key) ?? decoder).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try (child(key) ?? decoder).unkeyedContainer()
    }

    func superDecoder() -> any Decoder { decoder }
    func superDecoder(forKey key: Key) -> any Decoder { child(key) ?? decoder }
}

extension NodeKeyedContainer {
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? {
        try genericIfPresent(type, key)
    }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
        try genericIfPresent(type, key)
    }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? {
        try genericIfPresent(type, key)
    }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try genericIfPresent(type, key) }

    private func genericIfPresent<Value: Decodable>(_ type: Value.Type, _ key: Key) throws -> Value? {
        try decodeIfPresent(type, forKey: key)
    }
}

extension CaseIterable {
    /// The wire names of the cases of a coding key.
    fileprivate static var names: [String] { allCases.compactMap { ($0 as? any CodingKey)?.stringValue } }
}
