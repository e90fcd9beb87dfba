/// Writes fields in protobuf's binary format.
public struct ProtobufWriter: Sendable {
    /// How a value is laid out.
    public enum WireType: UInt64, Sendable {
        case varint = 0
        case fixed64 = 1
        case lengthDelimited = 2
        case fixed32 = 5
    }

    /// What was written so far.
    public private(set) var bytes: [UInt8] = []

    /// Writes nothing yet.
    public init() {}

    /// The key in front of a value.
    public mutating func tag(_ number: Int32, _ type: WireType) {
        varint(UInt64(number) << 3 | type.rawValue)
    }

    /// An integer in as few bytes as it needs.
    public mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// A number in the bytes of its width, the least significant first.
    public mutating func fixed(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Bytes with their number in front.
    public mutating func delimited(_ value: some Collection<UInt8>) {
        varint(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    /// A whole field whose value is a text, bytes or a message.
    public mutating func field(_ number: Int32, _ value: some Collection<UInt8>) {
        tag(number, .lengthDelimited)
        delimited(value)
    }

    /// A whole field whose value is an integer.
    public mutating func field(_ number: Int32, _ value: UInt64) {
        tag(number, .varint)
        varint(value)
    }

    /// Fields that are written already.
    public mutating func append(_ fields: [UInt8]) { bytes += fields }
}
