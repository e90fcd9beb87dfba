extension PatternParser {
    mutating func quantified(_ node: PatternNode) throws -> PatternNode {
        var result = node
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: "*"): result = .repetition(result, least: 0, most: nil)
            case UInt8(ascii: "+"): result = .repetition(result, least: 1, most: nil)
            case UInt8(ascii: "?"): result = .repetition(result, least: 0, most: 1)
            case UInt8(ascii: "{"):
                index += 1
                result = try counted(result)
                index -= 1
            default: return result
            }
            index += 1
            // Laziness changes which substring is captured, never whether the whole value matches.
            if peek() == UInt8(ascii: "?") { index += 1 }
        }
        return result
    }

    private mutating func counted(_ node: PatternNode) throws -> PatternNode {
        let least = try number()
        var most: Int? = least
        if peek() == UInt8(ascii: ",") {
            index += 1
            most = peek() == UInt8(ascii: "}") ? nil : try number()
        }
        guard next() == UInt8(ascii: "}") else { throw failure("'{' needs a count as in {2}, {2,} or {2,5}") }
        if let most, most < least { throw failure("the counts in {…} are in the wrong order") }
        return .repetition(node, least: least, most: most)
    }

    private mutating func number() throws -> Int {
        var value: Int?
        while let byte = peek(), byte >= 0x30, byte <= 0x39 {
            index += 1
            value = (value ?? 0) * 10 + Int(byte - 0x30)
            guard value ?? 0 <= 1000 else { throw failure("a count above 1000 is not supported") }
        }
        guard let value else {
            throw failure("'{' needs a count as in {2}, {2,} or {2,5}; write \\{ for a brace")
        }
        return value
    }

    mutating func characterClass() throws -> ByteSet {
        var set = ByteSet()
        let negated = peek() == UInt8(ascii: "^")
        if negated { index += 1 }
        var isFirst = true
        while let byte = peek(), isFirst || byte != UInt8(ascii: "]") {
            isFirst = false
            let low = try classMember()
            guard peek() == UInt8(ascii: "-"), index + 1 < input.count, input[index + 1] != UInt8(ascii: "]")
            else {
                set.formUnion(low.set)
                continue
            }
            index += 1
            let high = try classMember()
            guard let first = low.byte, let last = high.byte, first <= last else {
                throw failure("a range in […] is in the wrong order")
            }
            set.insert(first...last)
        }
        guard next() == UInt8(ascii: "]") else { throw failure("missing ']'") }
        if ignoresCase { set.foldCase() }
        return negated ? set.inverted : set
    }

    private mutating func classMember() throws -> (set: ByteSet, byte: UInt8?) {
        guard let byte = next() else { throw failure("missing ']'") }
        guard byte < 0x80 else { throw failure("only ASCII is supported inside […]") }
        guard byte == UInt8(ascii: "\\") else { return (ByteSet(byte...byte), byte) }
        let set = try escape()
        let members = (UInt8.min...UInt8.max).filter(set.contains)
        return (set, members.count == 1 ? members[0] : nil)
    }

    mutating func escape() throws -> ByteSet {
        guard let byte = next() else { throw failure("the pattern ends after '\\'") }
        switch byte {
        case UInt8(ascii: "d"): return .digits
        case UInt8(ascii: "D"): return ByteSet.digits.inverted
        case UInt8(ascii: "w"): return .word
        case UInt8(ascii: "W"): return ByteSet.word.inverted
        case UInt8(ascii: "s"): return .space
        case UInt8(ascii: "S"): return ByteSet.space.inverted
        case UInt8(ascii: "t"): return ByteSet(0x09...0x09)
        case UInt8(ascii: "n"): return ByteSet(0x0A...0x0A)
        case UInt8(ascii: "v"): return ByteSet(0x0B...0x0B)
        case UInt8(ascii: "f"): return ByteSet(0x0C...0x0C)
        case UInt8(ascii: "r"): return ByteSet(0x0D...0x0D)
        case UInt8(ascii: "x"): return try hexadecimal()
        default:
            guard !ByteSet.word.contains(byte), byte < 0x80 else {
                throw failure("the escape \\\(Character(Unicode.Scalar(byte))) is not supported")
            }
            return ByteSet(byte...byte)
        }
    }

    private mutating func hexadecimal() throws -> ByteSet {
        guard index + 1 < input.count,
            let value = UInt8(String(decoding: input[index...index + 1], as: UTF8.self), radix: 16)
        else { throw failure("\\x needs two hexadecimal digits") }
        index += 2
        return ByteSet(value...value)
    }
}
