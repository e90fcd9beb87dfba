extension JSONParser {
    /// Reads a number; the index is at its first byte.
    mutating func number() throws(JSONSyntaxError) -> JSONValue {
        let start = index
        let isNegative = current == UInt8(ascii: "-")
        if isNegative { index += 1 }
        var magnitude: UInt64 = 0
        var overflows = false
        let digits = index
        while isDigit(current) {
            let (product, tooBig) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carries) = product.addingReportingOverflow(UInt64(current - UInt8(ascii: "0")))
            overflows = overflows || tooBig || carries
            magnitude = sum
            index += 1
        }
        guard index > digits else { throw failure("a digit is expected") }
        if bytes[digits] == UInt8(ascii: "0"), index > digits + 1 {
            index = digits
            throw failure("a number must not start with zeros")
        }
        var isWhole = true
        if current == UInt8(ascii: ".") {
            isWhole = false
            index += 1
            try skipDigits()
        }
        if current | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            index += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { index += 1 }
            try skipDigits()
        }
        if isWhole, !overflows {
            if !isNegative, let value = Int64(exactly: magnitude) { return .integer(value) }
            if isNegative, magnitude <= UInt64(Int64.max) + 1 {
                return .integer(Int64(truncatingIfNeeded: 0 &- magnitude))
            }
        }
        return .number(try double(from: start))
    }

    private mutating func double(from start: Int) throws(JSONSyntaxError) -> Double {
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        guard let value = Double(text), value.isFinite else {
            index = start
            throw failure("the number is too large")
        }
        return value
    }

    private mutating func skipDigits() throws(JSONSyntaxError) {
        guard isDigit(current) else { throw failure("a digit is expected") }
        while isDigit(current) { index += 1 }
    }

    @inline(__always)
    private func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }
}
