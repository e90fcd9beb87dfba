/// Reads one JSON text from bytes, in one pass and without copies but for the strings.
struct JSONParser {
    let bytes: UnsafeRawBufferPointer
    let depthLimit: Int
    var index = 0
    var depth = 0

    init(bytes: UnsafeRawBufferPointer, depthLimit: Int) {
        self.bytes = bytes
        self.depthLimit = depthLimit
    }

    /// The byte at the index; 0, which is nowhere allowed outside of strings, at the end.
    @inline(__always)
    var current: UInt8 { index < bytes.count ? bytes[index] : 0 }

    func failure(_ reason: String) -> JSONSyntaxError { JSONSyntaxError(reason: reason, offset: index) }

    mutating func document() throws(JSONSyntaxError) -> JSONValue {
        skipSpace()
        let value = try value()
        skipSpace()
        guard index == bytes.count else { throw failure("nothing may follow the value") }
        return value
    }

    @inline(__always)
    mutating func skipSpace() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x0A, 0x0D, 0x09: index += 1
            default: return
            }
        }
    }

    mutating func value() throws(JSONSyntaxError) -> JSONValue {
        switch current {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "t"):
            try literal("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try literal("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try literal("null")
            return .null
        default: throw failure(index == bytes.count ? "the text ends early" : "a value is expected")
        }
    }

    private mutating func literal(_ word: StaticString) throws(JSONSyntaxError) {
        let length = word.utf8CodeUnitCount
        guard bytes.count - index >= length else { throw failure("a value is expected") }
        for offset in 0..<length where bytes[index + offset] != word.utf8Start[offset] {
            throw failure("a value is expected")
        }
        index += length
    }

    mutating func enter() throws(JSONSyntaxError) {
        depth += 1
        if depth > depthLimit { throw failure("nested more than \(depthLimit) deep") }
        index += 1
        skipSpace()
    }

    /// Reads a member's name and what stands between it and the value.
    mutating func memberName() throws(JSONSyntaxError) -> String {
        guard current == UInt8(ascii: "\"") else { throw failure("a member's name is expected") }
        let name = try string()
        skipSpace()
        guard current == UInt8(ascii: ":") else { throw failure("a colon is expected") }
        index += 1
        skipSpace()
        return name
    }

    private mutating func array() throws(JSONSyntaxError) -> JSONValue {
        var elements: [JSONValue] = []
        try separated(by: UInt8(ascii: "]")) { parser throws(JSONSyntaxError) in
            elements.append(try parser.value())
        }
        return .array(elements)
    }

    private mutating func object() throws(JSONSyntaxError) -> JSONValue {
        var members: [String: JSONValue] = [:]
        try separated(by: UInt8(ascii: "}")) { parser throws(JSONSyntaxError) in
            members[try parser.memberName()] = try parser.value()
        }
        return .object(members)
    }

    /// Reads what stands between an opening bracket and its end, item by item.
    @inline(__always)
    mutating func separated(
        by end: UInt8, item: (inout JSONParser) throws(JSONSyntaxError) -> Void
    ) throws(JSONSyntaxError) {
        try enter()
        defer { depth -= 1 }
        if current == end {
            index += 1
            return
        }
        while true {
            try item(&self)
            skipSpace()
            switch current {
            case UInt8(ascii: ","):
                index += 1
                skipSpace()
            case end:
                index += 1
                return
            default: throw failure("a comma or '\(Character(UnicodeScalar(end)))' is expected")
            }
        }
    }
}
