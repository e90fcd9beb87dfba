extension GoDuration {
    private static let nanosecondsPerUnit: [String: UInt64] = [
        "ns": 1,
        "us": 1_000,
        "\u{00B5}s": 1_000,
        "\u{03BC}s": 1_000,
        "ms": 1_000_000,
        "s": 1_000_000_000,
        "m": 60_000_000_000,
        "h": 3_600_000_000_000,
    ]

    /// Reads a duration in Go's syntax.
    ///
    /// Fractions below a nanosecond are cut off.
    ///
    /// - Throws: `GoDurationError` when the text is no duration or exceeds ±292 years.
    public static func parse(_ text: String) throws(GoDurationError) -> Duration {
        var rest = Substring(text).utf8[...]
        var isNegative = false
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            rest = rest.dropFirst()
        }
        if rest.elementsEqual("0".utf8) { return .zero }
        guard !rest.isEmpty else { throw .malformed(text) }

        let limit = UInt64(1) << 63
        var total: UInt64 = 0
        while !rest.isEmpty {
            let part = try component(&rest, of: text)
            let (sum, overflows) = total.addingReportingOverflow(part)
            guard !overflows, sum <= limit else { throw .overflow(text) }
            total = sum
        }
        if isNegative { return total == limit ? .nanoseconds(Int64.min) : .nanoseconds(-Int64(total)) }
        guard total < limit else { throw .overflow(text) }
        return .nanoseconds(Int64(total))
    }

    /// Takes one number with its unit off the front and returns it in nanoseconds.
    private static func component(
        _ rest: inout Substring.UTF8View, of text: String
    ) throws(GoDurationError) -> UInt64 {
        let whole = digits(&rest)
        var fraction: Substring.UTF8View = rest.prefix(0)
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            fraction = digits(&rest)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { throw .malformed(text) }

        let unitText = rest.prefix { $0 != UInt8(ascii: ".") && !isDigit($0) }
        rest = rest[unitText.endIndex...]
        guard !unitText.isEmpty else { throw .missingUnit(text) }
        let unitName = String(Substring(unitText))
        guard let unit = nanosecondsPerUnit[unitName] else { throw .unknownUnit(unitName, in: text) }

        guard let number = number(whole) else { throw .overflow(text) }
        let (product, overflows) = number.multipliedReportingOverflow(by: unit)
        guard !overflows, product <= UInt64(1) << 63 else { throw .overflow(text) }
        return product + nanoseconds(fraction: fraction, of: unit)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func digits(_ rest: inout Substring.UTF8View) -> Substring.UTF8View {
        let found = rest.prefix(while: isDigit)
        rest = rest[found.endIndex...]
        return found
    }

    private static func number(_ digits: Substring.UTF8View) -> UInt64? {
        digits.isEmpty ? 0 : UInt64(String(Substring(digits)))
    }

    /// At most 18 digits count: the longest unit has 3.6e12 nanoseconds, so later ones change nothing.
    private static func nanoseconds(fraction: Substring.UTF8View, of unit: UInt64) -> UInt64 {
        var scale: UInt64 = 1
        var value: UInt64 = 0
        for digit in fraction.prefix(18) {
            scale *= 10
            value = value * 10 + UInt64(digit - UInt8(ascii: "0"))
        }
        return scale.dividingFullWidth(value.multipliedFullWidth(by: unit)).quotient
    }
}
