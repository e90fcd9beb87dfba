extension GoDuration {
    /// Spells a length of time as Go's `Duration.String()` does: `1m30s`, `500ms`, `1.5s`, `0s`.
    ///
    /// Fractions below a nanosecond are cut off.
    public static func format(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let nanoseconds = Int128(seconds) * 1_000_000_000 + Int128(attoseconds / 1_000_000_000)
        let sign = nanoseconds < 0 ? "-" : ""
        return sign + format(magnitude: nanoseconds.magnitude)
    }

    private static func format(magnitude: UInt128) -> String {
        switch magnitude {
        case 0: return "0s"
        case ..<1_000: return "\(magnitude)ns"
        case ..<1_000_000: return decimal(magnitude, digits: 3) + "µs"
        case ..<1_000_000_000: return decimal(magnitude, digits: 6) + "ms"
        default: break
        }
        let minute: UInt128 = 60_000_000_000
        let (minutes, rest) = magnitude.quotientAndRemainder(dividingBy: minute)
        let seconds = decimal(rest, digits: 9) + "s"
        switch minutes {
        case 0: return seconds
        case ..<60: return "\(minutes)m" + seconds
        default: return "\(minutes / 60)h\(minutes % 60)m" + seconds
        }
    }

    /// Writes `value / 10^digits` without trailing zeros.
    private static func decimal(_ value: UInt128, digits: Int) -> String {
        var scale: UInt128 = 1
        for _ in 0..<digits { scale *= 10 }
        let (whole, rest) = value.quotientAndRemainder(dividingBy: scale)
        guard rest > 0 else { return "\(whole)" }
        let padded = String(rest + scale).dropFirst()
        let fraction = padded.reversed().drop { $0 == "0" }.reversed()
        return "\(whole)." + String(fraction)
    }
}
