/// The `grpc-message` of a status: UTF-8 with percent signs for all that a header can't carry.
public enum StatusMessage {
    /// Writes a text as a header value.
    public static func encode(_ text: String) -> String {
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            if (0x20...0x7e).contains(byte), byte != 0x25 {
                encoded.append(byte)
            } else {
                encoded += [0x25, hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// Reads a header value; what is not well-formed is kept as it is.
    public static func decode(_ value: some StringProtocol) -> String {
        var decoded: [UInt8] = []
        var rest = Array(value.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == 0x25, rest.count >= 2,
                let number = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                decoded.append(number)
                rest = rest.dropFirst(2)
            } else {
                decoded.append(byte)
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    private static let hexadecimal = Array("0123456789ABCDEF".utf8)
}
