/// Reads the fields of a message in protobuf's binary format, in the order they come.
public struct ProtobufReader: Sendable {
    /// A field's value.
    public enum Value: Sendable, Equatable {
        /// An integer, or a number of fixed width.
        case number(UInt64)
        /// A text, bytes or a message.
        case bytes(ArraySlice<UInt8>)
    }

    private var rest: ArraySlice<UInt8>

    /// Reads a message's bytes.
    public init(_ bytes: some Collection<UInt8>) { rest = ArraySlice(bytes) }

    /// The next field; nil at the end.
    ///
    /// - Throws: `GRPCError.malformedMessage`.
    public mutating func next() throws(GRPCError) -> (number: Int, value: Value)? {
        guard !rest.isEmpty else { return nil }
        let key = try varint()
        let number = Int(key >> 3)
        switch ProtobufWriter.WireType(rawValue: key & 7) {
        case .varint: return (number, .number(try varint()))
        case .fixed64: return (number, .number(try fixed(8)))
        case .fixed32: return (number, .number(try fixed(4)))
        case .lengthDelimited:
            let length = try varint()
            guard length <= UInt64(rest.count) else {
                throw .malformedMessage("a field is longer than its message")
            }
            return (number, .bytes(take(Int(length))))
        case nil: throw .malformedMessage("wire type \(key & 7) is unknown")
        }
    }

    /// The texts, bytes and messages of each field number.
    ///
    /// - Throws: `GRPCError.malformedMessage`.
    public static func byteFields(of bytes: some Collection<UInt8>) throws(GRPCError) -> [Int: [[UInt8]]] {
        var reader = ProtobufReader(bytes)
        var found: [Int: [[UInt8]]] = [:]
        while let field = try reader.next() {
            if case .bytes(let value) = field.value { found[field.number, default: []].append(Array(value)) }
        }
        return found
    }

    private mutating func varint() throws(GRPCError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = rest.popFirst() {
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
            if shift > 63 { throw .malformedMessage("an integer is longer than ten bytes") }
        }
        throw .malformedMessage("it ends within an integer")
    }

    private mutating func fixed(_ width: Int) throws(GRPCError) -> UInt64 {
        guard rest.count >= width else { throw .malformedMessage("it ends within a number") }
        return take(width).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func take(_ count: Int) -> ArraySlice<UInt8> {
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}
