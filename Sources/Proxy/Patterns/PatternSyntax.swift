/// What a pattern says, before it is compiled.
indirect enum PatternNode: Equatable {
    case empty
    case bytes(ByteSet)
    case start
    case end
    case sequence([PatternNode])
    case choice([PatternNode])
    case repetition(PatternNode, least: Int, most: Int?)
}

/// Why a pattern was refused, and where.
struct PatternSyntaxError: Error, Equatable {
    var offset: Int
    var reason: String
}

/// Reads the RE2 subset that routing rules use into a tree.
///
/// Supported: literals, `.`, classes, groups, alternation, `* + ? {m,n}` (greedy or lazy), `^ $`, a
/// leading `(?i)`, and the escapes `\d \D \w \W \s \S \t \n \r \f \v \xHH`.
struct PatternParser {
    let input: [UInt8]
    var index = 0
    var ignoresCase = false
    private var depth = 0

    init(_ pattern: String) { input = Array(pattern.utf8) }

    mutating func parse() throws -> PatternNode {
        if input.starts(with: Array("(?i)".utf8)) {
            ignoresCase = true
            index = 4
        }
        let node = try choice()
        guard index == input.count else { throw failure("unbalanced ')'") }
        return node
    }

    func failure(_ reason: String) -> PatternSyntaxError { PatternSyntaxError(offset: index, reason: reason) }

    private mutating func choice() throws -> PatternNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= 50 else { throw failure("groups are nested more than 50 deep") }
        var branches = [try sequence()]
        while peek() == UInt8(ascii: "|") {
            index += 1
            branches.append(try sequence())
        }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws -> PatternNode {
        var parts: [PatternNode] = []
        while let byte = peek(), byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")") {
            parts.append(try quantified(atom()))
        }
        return parts.isEmpty ? .empty : parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func atom() throws -> PatternNode {
        guard let byte = next() else { throw failure("the pattern ends too early") }
        switch byte {
        case UInt8(ascii: "("): return try group()
        case UInt8(ascii: "["): return .bytes(folded(try characterClass()))
        case UInt8(ascii: "."): return .bytes(.anyButNewline)
        case UInt8(ascii: "^"): return .start
        case UInt8(ascii: "$"): return .end
        case UInt8(ascii: "\\"): return .bytes(folded(try escape()))
        case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"): throw failure("nothing to repeat")
        default: return literal(byte)
        }
    }

    /// A character of several bytes is one unit, so that a quantifier after it repeats all of it.
    private mutating func literal(_ first: UInt8) -> PatternNode {
        guard first >= 0xC0 else { return .bytes(folded(ByteSet(first...first))) }
        var parts: [PatternNode] = [.bytes(ByteSet(first...first))]
        while let byte = peek(), byte & 0xC0 == 0x80 {
            index += 1
            parts.append(.bytes(ByteSet(byte...byte)))
        }
        return .sequence(parts)
    }

    private mutating func group() throws -> PatternNode {
        if peek() == UInt8(ascii: "?") {
            guard index + 1 < input.count, input[index + 1] == UInt8(ascii: ":") else {
                throw failure(
                    "look-around, names and flags inside groups are not supported; use (…) or (?:…)")
            }
            index += 2
        }
        let node = try choice()
        guard next() == UInt8(ascii: ")") else { throw failure("missing ')'") }
        return node
    }

    private func folded(_ set: ByteSet) -> ByteSet {
        guard ignoresCase else { return set }
        var result = set
        result.foldCase()
        return result
    }

    func peek() -> UInt8? { index < input.count ? input[index] : nil }

    mutating func next() -> UInt8? {
        guard index < input.count else { return nil }
        defer { index += 1 }
        return input[index]
    }
}
