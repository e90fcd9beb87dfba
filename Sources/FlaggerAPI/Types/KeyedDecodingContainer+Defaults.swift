extension KeyedDecodingContainer {
    /// Overwrites `value` when the key is present and not null; leaves the default otherwise.
    func read<Value: Decodable>(_ key: Key, into value: inout Value) throws {
        if let found = try decodeIfPresent(Value.self, forKey: key) { value = found }
    }

    /// Overwrites `value` when the key is present and not null; leaves it otherwise.
    func read<Value: Decodable>(_ key: Key, into value: inout Value?) throws {
        if let found = try decodeIfPresent(Value.self, forKey: key) { value = found }
    }
}
