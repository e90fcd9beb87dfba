/// The methods that the proxy treats differently.
package enum RequestMethod: UInt8 {
    case get, head, post, put, delete, options, trace, connect, other

    /// Whether sending it twice does no more than sending it once.
    package var isIdempotent: Bool {
        switch self {
        case .get, .head, .put, .delete, .options, .trace: true
        case .post, .connect, .other: false
        }
    }

    init(_ base: UnsafePointer<UInt8>, _ count: Int) {
        self = .other
        switch (count, base[0]) {
        case (3, UInt8(ascii: "G")): if Self.equals(base, count, "GET") { self = .get }
        case (4, UInt8(ascii: "H")): if Self.equals(base, count, "HEAD") { self = .head }
        case (4, UInt8(ascii: "P")): if Self.equals(base, count, "POST") { self = .post }
        case (3, UInt8(ascii: "P")): if Self.equals(base, count, "PUT") { self = .put }
        case (6, UInt8(ascii: "D")): if Self.equals(base, count, "DELETE") { self = .delete }
        case (7, UInt8(ascii: "O")): if Self.equals(base, count, "OPTIONS") { self = .options }
        case (5, UInt8(ascii: "T")): if Self.equals(base, count, "TRACE") { self = .trace }
        case (7, UInt8(ascii: "C")): if Self.equals(base, count, "CONNECT") { self = .connect }
        default: break
        }
    }

    private static func equals(_ base: UnsafePointer<UInt8>, _ count: Int, _ text: StaticString) -> Bool {
        for index in 0..<count where base[index] != text.utf8Start[index] { return false }
        return true
    }
}

/// The head of a request, as offsets into its bytes; the fields are in ``HeadFields``.
package struct RequestHead {
    package var method = RequestMethod.other
    package var methodEnd = 0
    package var targetStart = 0
    package var targetEnd = 0
    package var fieldsStart = 0
    /// The bytes of the head with the empty line that ends it.
    package var count = 0
    package var minorVersion = 1
    package var length = MessageLength()
    package var connection = ConnectionOptions()
    /// The place of the `Host` field, or -1.
    package var hostField = -1
    package var hasForwardedFor = false
    package var hasForwardedProto = false
    package var hasForwardedHost = false
    package var upgradeField = -1
    /// Where the authority is in a target that is a whole URL.
    package var authority: Range<Int>?

    package init() {}

    /// Reads a head.
    ///
    /// - Returns: whether it has arrived in full.
    package mutating func read(
        _ base: UnsafePointer<UInt8>, _ available: Int, into fields: HeadFields
    ) throws(MalformedHead) -> Bool {
        guard let afterLine = try readLine(base, available) else { return false }
        fieldsStart = afterLine
        guard let end = try fields.read(base, from: afterLine, to: available) else { return false }
        count = end
        try interpret(base, fields)
        return true
    }

    private mutating func readLine(_ base: UnsafePointer<UInt8>, _ end: Int) throws(MalformedHead) -> Int? {
        var index = 0
        while index < end, isTokenByte(base[index]) { index += 1 }
        guard index < end else { return nil }
        guard base[index] == 0x20, index > 0 else { throw .requestLine }
        methodEnd = index
        index += 1
        targetStart = index
        while index < end, base[index] > 0x20, base[index] != 0x7F { index += 1 }
        guard index < end else { return nil }
        guard base[index] == 0x20, index > targetStart else { throw .target }
        targetEnd = index
        index += 1
        guard index + 10 <= end else {
            return try incompleteVersion(base, from: index, to: end)
        }
        try readVersion(base, index)
        method = RequestMethod(base, methodEnd)
        return index + 10
    }

    private mutating func readVersion(_ base: UnsafePointer<UInt8>, _ index: Int) throws(MalformedHead) {
        let expected: StaticString = "HTTP/1."
        for offset in 0..<7 where base[index + offset] != expected.utf8Start[offset] { throw .version }
        let digit = base[index + 7] &- 0x30
        guard digit <= 1 else { throw .version }
        guard base[index + 8] == 0x0D, base[index + 9] == 0x0A else { throw .requestLine }
        minorVersion = Int(digit)
    }

    /// Bytes that can no longer become a version are refused at once rather than waited on.
    private func incompleteVersion(
        _ base: UnsafePointer<UInt8>, from index: Int, to end: Int
    ) throws(MalformedHead) -> Int? {
        let expected: StaticString = "HTTP/1."
        for offset in 0..<min(7, end - index) where base[index + offset] != expected.utf8Start[offset] {
            throw .version
        }
        return nil
    }
}
