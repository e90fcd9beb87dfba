/// A duration in at most five characters or so: `0.4ms`, `12ms`, `1.2s`, `95s`.
func shortText(_ duration: Duration) -> String {
    let milliseconds = duration / .milliseconds(1)
    switch milliseconds {
    case ..<9.95: return fixed(milliseconds, digits: 1) + "ms"
    case ..<999.5: return fixed(milliseconds, digits: 0) + "ms"
    case ..<9_950: return fixed(milliseconds / 1000, digits: 1) + "s"
    default: return fixed(milliseconds / 1000, digits: 0) + "s"
    }
}

/// A number with a fixed count of decimals, 0 or 1.
func fixed(_ number: Double, digits: Int) -> String {
    guard number.isFinite, abs(number) < 1e15 else { return "\(number)" }
    guard digits > 0 else { return "\(Int(number.rounded()))" }
    let tenths = Int((number * 10).rounded())
    return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
}
