extension JSONParser {
    /// Reads a string; the index is at its opening quote.
    mutating func string() throws(JSONSyntaxError) -> String {
        index += 1
        let start = index
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                defer { index += 1 }
                return try text(UnsafeRawBufferPointer(rebasing: bytes[start..<index]), at: start)
            case UInt8(ascii: "\\"): return try escapedString(from: start)
            case 0..<0x20: throw failure("a control character in a string must be escaped")
            default: index += 1
            }
        }
        throw failure("the string does not end")
    }

    private func text(
        _ bytes: UnsafeRawBufferPointer, at start: Int
    ) throws(JSONSyntaxError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw JSONSyntaxError(reason: "the string is not valid UTF-8", offset: start)
        }
        return text
    }

    private mutating func escapedString(from start: Int) throws(JSONSyntaxError) -> String {
        var content = Array(bytes[start..<index])
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                guard let text = String(validating: content, as: UTF8.self) else {
                    throw JSONSyntaxError(reason: "the string is not valid UTF-8", offset: start)
                }
                return text
            case UInt8(ascii: "\\"): try escape(into: &content)
            case 0..<0x20: throw failure("a control character in a string must be escaped")
            default:
                content.append(byte)
                index += 1
            }
        }
        throw failure("the string does not end")
    }

    private mutating func escape(into content: inout [UInt8]) throws(JSONSyntaxError) {
        index += 1
        let letter = current
        index += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(letter)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"):
            let scalar = try unicodeScalar()
            content.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
        default:
            index -= 2
            throw failure("an unknown escape in a string")
        }
    }

    /// Reads what follows `\u`, and the second half of a surrogate pair.
    private mutating func unicodeScalar() throws(JSONSyntaxError) -> Unicode.Scalar {
        let first = try codeUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, current == UInt8(ascii: "\\") else { throw failure("half of a surrogate pair") }
        index += 1
        guard current == UInt8(ascii: "u") else { throw failure("half of a surrogate pair") }
        index += 1
        let second = try codeUnit()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + UInt32(second) - 0xDC00)
        else { throw failure("half of a surrogate pair") }
        return scalar
    }

    private mutating func codeUnit() throws(JSONSyntaxError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch current {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = current - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = current - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = current - UInt8(ascii: "A") + 10
            default: throw failure("four hexadecimal digits are expected")
            }
            unit = unit << 4 | UInt16(digit)
            index += 1
        }
        return unit
    }
}
