/// Texts as Go's `encoding/json` writes them: the peer's checksums are made of those.
enum GoJSON {
    private static let hexadecimal = Array("0123456789abcdef")

    /// Appends a quoted text.
    static func write(_ value: String, to text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{8}": text += "\\b"
            case "\u{C}": text += "\\f"
            case "<", ">", "&", "\u{2028}", "\u{2029}": escape(scalar, to: &text)
            case _ where scalar.value < 0x20: escape(scalar, to: &text)
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }

    /// An object of texts, its keys in the order of their bytes.
    static func object(_ members: [String: String]) -> String {
        var text = "{"
        let keys = members.keys.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
        for (index, key) in keys.enumerated() {
            if index > 0 { text += "," }
            write(key, to: &text)
            text += ":"
            write(members[key] ?? "", to: &text)
        }
        return text + "}"
    }

    private static func escape(_ scalar: Unicode.Scalar, to text: inout String) {
        text += "\\u"
        for shift in [12, 8, 4, 0] { text.append(hexadecimal[Int(scalar.value >> UInt32(shift)) & 15]) }
    }
}
