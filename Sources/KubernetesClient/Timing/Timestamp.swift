public import Foundation

/// Times as the API server writes them.
public enum Timestamp {
    /// `2026-11-25T17:00:00Z`: the type `Time`.
    public static func seconds(_ date: Date) -> String { date.formatted(.iso8601) }

    /// `2026-11-25T17:00:00.123456Z`: the type `MicroTime`, which must have six digits.
    public static func microseconds(_ date: Date) -> String {
        let micros = Int64((date.timeIntervalSince1970 * 1_000_000).rounded())
        let (seconds, rest) = micros.quotientAndRemainder(dividingBy: 1_000_000)
        let fraction = String(rest)
        let whole = Self.seconds(Date(timeIntervalSince1970: Double(seconds))).dropLast()
        return "\(whole).\(String(repeating: "0", count: 6 - fraction.count))\(fraction)Z"
    }
}
