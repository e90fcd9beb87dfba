extension JSONValue {
    /// The JSON text, without spaces.
    ///
    /// - Parameter sortingKeys: members in the order of their names; otherwise in any order. Numbers that JSON does not have
    ///   (infinity, not-a-number) are written as `null`.
    public func serialized(sortingKeys: Bool = false) -> [UInt8] {
        var bytes: [UInt8] = []
        write(into: &bytes, sortingKeys: sortingKeys)
        return bytes
    }

    /// The JSON text, without spaces, as a string.
    public func text(sortingKeys: Bool = false) -> String {
        String(decoding: serialized(sortingKeys: sortingKeys), as: UTF8.self)
    }

    private func write(into bytes: inout [UInt8], sortingKeys: Bool) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): bytes.append(contentsOf: String(value).utf8)
        case .number(let value): bytes.append(contentsOf: (value.isFinite ? value.description : "null").utf8)
        case .string(let value): Self.write(value, into: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (position, element) in elements.enumerated() {
                if position > 0 { bytes.append(UInt8(ascii: ",")) }
                element.write(into: &bytes, sortingKeys: sortingKeys)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            var isFirst = true
            func write(_ name: String, _ value: JSONValue) {
                if !isFirst { bytes.append(UInt8(ascii: ",")) }
                isFirst = false
                Self.write(name, into: &bytes)
                bytes.append(UInt8(ascii: ":"))
                value.write(into: &bytes, sortingKeys: sortingKeys)
            }
            if sortingKeys {
                for (name, value) in members.sorted(by: { $0.key < $1.key }) { write(name, value) }
            } else {
                for (name, value) in members { write(name, value) }
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ text: String, into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): bytes.append(contentsOf: #"\""#.utf8)
            case UInt8(ascii: "\\"): bytes.append(contentsOf: #"\\"#.utf8)
            case 0x0A: bytes.append(contentsOf: #"\n"#.utf8)
            case 0x0D: bytes.append(contentsOf: #"\r"#.utf8)
            case 0x09: bytes.append(contentsOf: #"\t"#.utf8)
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                bytes.append(contentsOf: "\\u00\(byte < 16 ? "0" : "")\(digits)".utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
