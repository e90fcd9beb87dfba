import JSON
import Randomness

/// Makes JSON texts, right ones and ones that are nearly right.
struct JSONGenerator {
    var random: SplitMix64

    mutating func value(depth: Int = 0) -> JSONValue {
        switch Int.random(in: 0..<(depth > 4 ? 5 : 8), using: &random) {
        case 0: return [.null, .bool(true), .bool(false)].randomElement(using: &random) ?? .null
        case 1:
            return .integer(
                Int64(truncatingIfNeeded: random.next() >> UInt64.random(in: 0..<64, using: &random)))
        case 2: return .number(number())
        case 3, 4: return .string(string())
        case 5, 6:
            let count = Int.random(in: 0..<5, using: &random)
            return .object(
                Dictionary((0..<count).map { _ in (string(), value(depth: depth + 1)) }) { $1 })
        default:
            return .array((0..<Int.random(in: 0..<5, using: &random)).map { _ in value(depth: depth + 1) })
        }
    }

    private mutating func number() -> Double {
        let raw = Double(bitPattern: random.next())
        return Bool.random(using: &random) && raw.isFinite
            ? raw : Double.random(in: -1000...1000, using: &random)
    }

    private mutating func string() -> String {
        let alphabet: [Character] = [
            "a", "Z", "0", " ", "\"", "\\", "/", "\n", "\t", "\u{1}", "é", "€", "😀", "\u{7f}",
        ]
        return String(
            (0..<Int.random(in: 0..<9, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? "a"
            })
    }

    /// A text with some bytes changed, removed or added.
    mutating func broken(_ text: [UInt8]) -> [UInt8] {
        var text = text
        let pieces: [[UInt8]] =
            [
                "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud83d", "\\ude00", "0", "-", ".", "e",
                "E+", "1e5", "tru",
                "true", "null", " ", "\n", "\t", "\u{1}", "é", "00", "\r", "'", "x",
            ].map { Array($0.utf8) } + [[0xFF], [0x80], [0xC3], [0]]
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let position = Int.random(in: 0...text.count, using: &random)
            let end = min(position + Int.random(in: 0...2, using: &random), text.count)
            let piece = Bool.random(using: &random) ? pieces.randomElement(using: &random) ?? [] : []
            text.replaceSubrange(position..<end, with: piece)
        }
        return text
    }
}
