/// Refuses texts whose parsing would cost far more than their size.
///
/// It reads bytes, not YAML, so it may refuse what a parser would bear; manifests come nowhere near.
struct TextGuard {
    /// The largest manifest, in bytes.
    static let maximumBytes = 10 * 1024 * 1024
    /// The most separators (commas, colons, brackets, line ends).
    static let maximumSeparators = 1_000_000
    /// The most uses of anchors.
    static let maximumAliases = 1_000
    /// The most uses of anchors beside keys that are lists, objects or aliases themselves. The parser
    /// hashes such keys with every alias in them written out: a few levels suffice to hang it.
    static let maximumAliasesBesideCompositeKeys = 8

    private enum Token {
        case none, alias, closingBracket
    }

    private var separators = 0
    private var aliases = 0
    private var hasCompositeKey = false
    private var token = Token.none
    private var previous = UInt8(ascii: "\n")
    private var beforePrevious = UInt8(ascii: "\n")

    /// Says why a text is refused; nil when it is not.
    static func refusal(of text: some Collection<UInt8>) -> String? {
        guard text.count <= maximumBytes else { return "is larger than \(maximumBytes / 1_048_576) MiB" }
        var scan = TextGuard()
        for byte in text { scan.consume(byte) }
        if scan.separators > maximumSeparators { return "has more than \(maximumSeparators) separators" }
        if scan.aliases > maximumAliases { return "uses more than \(maximumAliases) aliases" }
        if scan.hasCompositeKey, scan.aliases > maximumAliasesBesideCompositeKeys {
            return "uses aliases together with lists, objects or aliases as keys"
        }
        return nil
    }

    private mutating func consume(_ byte: UInt8) {
        if Self.isSeparator(byte) { separators += 1 }
        let mayOpen = Self.opensValue(beforePrevious)
        if previous == UInt8(ascii: "*"), mayOpen, !Self.isBlank(byte) {
            aliases += 1
            token = .alias
        }
        if previous == UInt8(ascii: "?"), mayOpen { hasCompositeKey = true }
        if byte == UInt8(ascii: ":"), token != .none { hasCompositeKey = true }

        if "]}".utf8.contains(byte) {
            token = .closingBracket
        } else if !Self.isBlank(byte), token == .closingBracket || Self.isBlank(previous) {
            token = .none
        }
        beforePrevious = previous
        previous = byte
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"),
            UInt8(ascii: "}"), UInt8(ascii: "\n"):
            true
        default: false
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || (9...13).contains(byte)
    }

    private static func opensValue(_ byte: UInt8) -> Bool {
        isBlank(byte) || "[{,:?-".utf8.contains(byte)
    }
}
