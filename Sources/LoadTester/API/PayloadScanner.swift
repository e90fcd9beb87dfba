/// Finds the fields of a plain hook payload in its bytes, without building anything.
///
/// Plain means: a JSON object of texts without escapes, and `metadata` with the same; that is what hooks send. Of all
/// else it says nothing (`read` returns false), so that one decoder alone decides what is right JSON.
struct PayloadScanner {
    typealias Text = UnsafeBufferPointer<UInt8>

    private(set) var name = Text(start: nil, count: 0)
    private(set) var namespace = Text(start: nil, count: 0)
    private(set) var phase = Text(start: nil, count: 0)
    private(set) var checksum = Text(start: nil, count: 0)
    /// Whether there is metadata that says something of gates.
    private(set) var hasGateSettings = false

    private let bytes: Text
    private var index = 0

    init(_ bytes: Text) { self.bytes = bytes }

    /// Reads the whole payload.
    ///
    /// - Returns: whether it is plain; the fields mean nothing otherwise.
    mutating func read() -> Bool {
        var seen: UInt8 = 0
        let isRead = readObject { scanner, key in
            let field = Field(key)
            // Which of two counts is the decoder's to say.
            guard field == .other || seen & field.rawValue == 0 else { return false }
            seen |= field.rawValue
            return field == .metadata ? scanner.readMetadata() : scanner.readField(field)
        }
        guard isRead else { return false }
        skipSpace()
        return index == bytes.count
    }

    private enum Field: UInt8 {
        case other = 0
        case name = 1
        case namespace = 2
        case phase = 4
        case checksum = 8
        case metadata = 16

        init(_ key: Text) {
            self =
                switch key.count {
                case 4 where PayloadScanner.equal(key, "name"): .name
                case 9 where PayloadScanner.equal(key, "namespace"): .namespace
                case 5 where PayloadScanner.equal(key, "phase"): .phase
                case 8 where PayloadScanner.equal(key, "checksum"): .checksum
                case 8 where PayloadScanner.equal(key, "metadata"): .metadata
                default: .other
                }
        }
    }

    private mutating func readField(_ field: Field) -> Bool {
        // Names and the like are bounded by the decoder; longer ones are its to refuse.
        guard let text = readText(), text.count <= 253 else { return false }
        switch field {
        case .name: name = text
        case .namespace: namespace = text
        case .phase: phase = text
        case .checksum: checksum = text
        case .other, .metadata: break
        }
        return true
    }

    private mutating func readMetadata() -> Bool {
        readObject { scanner, key in
            if key.count <= 9, Self.isGateSetting(key) { scanner.hasGateSettings = true }
            return scanner.readText() != nil
        }
    }

    private static func isGateSetting(_ key: Text) -> Bool {
        equal(key, "gate") || equal(key, "scope") || equal(key, "approvals") || equal(key, "token")
    }

    @inline(__always)
    private mutating func readObject(_ member: (inout PayloadScanner, Text) -> Bool) -> Bool {
        skipSpace()
        guard take(UInt8(ascii: "{")) else { return false }
        skipSpace()
        if take(UInt8(ascii: "}")) { return true }
        repeat {
            skipSpace()
            guard let key = readText() else { return false }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { return false }
            skipSpace()
            guard member(&self, key) else { return false }
            skipSpace()
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "}"))
    }

    /// A text of ASCII without escapes and control characters.
    @inline(__always)
    private mutating func readText() -> Text? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        let start = index
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                index += 1
                return Text(rebasing: bytes[start..<index - 1])
            }
            guard byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "\\") else { return nil }
            index += 1
        }
        return nil
    }

    @inline(__always)
    private mutating func take(_ byte: UInt8) -> Bool {
        guard index < bytes.count, bytes[index] == byte else { return false }
        index += 1
        return true
    }

    @inline(__always)
    private mutating func skipSpace() {
        while index < bytes.count,
            bytes[index] == 0x20 || bytes[index] == 0x0A || bytes[index] == 0x0D || bytes[index] == 0x09
        { index += 1 }
    }

    private static func equal(_ text: Text, _ other: StaticString) -> Bool {
        guard text.count == other.utf8CodeUnitCount else { return false }
        for offset in 0..<text.count where text[offset] != other.utf8Start[offset] { return false }
        return true
    }
}
