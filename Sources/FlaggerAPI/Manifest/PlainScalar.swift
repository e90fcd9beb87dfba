/// What an unquoted YAML value means, as Kubernetes reads it (YAML 1.1).
enum PlainScalar {
    private static let nulls: Set<String> = ["", "~", "null", "Null", "NULL"]
    private static let trues = words("true", "yes", "on")
    private static let falses = words("false", "no", "off")

    private static func words(_ words: String...) -> Set<String> {
        Set(words.flatMap { [$0, $0.capitalized(), $0.uppercased()] })
    }

    static func value(of text: String) -> ManifestNode.Value {
        if nulls.contains(text) { return .null }
        if trues.contains(text) { return .bool(true) }
        if falses.contains(text) { return .bool(false) }
        guard text.utf8.count <= 64, let first = text.utf8.first, isNumeric(first) else { return .string }
        if let integer = integer(text) { return .integer(integer) }
        if let number = number(text) { return .number(number) }
        return .string
    }

    private static func isNumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "+-.".utf8.contains(byte)
    }

    private static func integer(_ text: String) -> Int64? {
        var digits = text[...]
        let isNegative = digits.first == "-"
        if isNegative || digits.first == "+" { digits = digits.dropFirst() }
        var radix = 10
        if digits.count > 1, digits.first == "0" {
            switch digits.dropFirst().first {
            case "x": (radix, digits) = (16, digits.dropFirst(2))
            case "o": (radix, digits) = (8, digits.dropFirst(2))
            case "b": (radix, digits) = (2, digits.dropFirst(2))
            default: (radix, digits) = (8, digits.dropFirst())
            }
        }
        guard let first = digits.first, first.isHexDigit else { return nil }
        let plain = digits.filter { $0 != "_" }
        return Int64((isNegative ? "-" : "") + plain, radix: radix)
    }

    private static func number(_ text: String) -> Double? {
        switch text.lowercased() {
        case ".inf", "+.inf": return .infinity
        case "-.inf": return -.infinity
        case ".nan": return .nan
        default: break
        }
        let plain = text.filter { $0 != "_" }
        guard plain.utf8.allSatisfy({ isNumeric($0) || $0 | 0x20 == UInt8(ascii: "e") }) else { return nil }
        guard plain.utf8.contains(where: { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        return Double(plain)
    }
}

extension String {
    fileprivate func capitalized() -> String { prefix(1).uppercased() + dropFirst() }
}
