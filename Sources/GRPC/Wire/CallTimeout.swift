/// The `grpc-timeout` header: at most eight digits and a unit.
public enum CallTimeout {
    /// Writes a time, rounded up to what fits.
    public static func encode(_ timeout: Duration) -> String {
        let (seconds, attoseconds) = timeout.components
        let microseconds = max(
            1,
            seconds.multipliedReportingOverflow(by: 1_000_000).partialValue
                + (attoseconds + 999_999_999_999) / 1_000_000_000_000)
        guard seconds < 100_000_000 else { return "\(min(seconds / 3600 + 1, 99_999_999))H" }
        if seconds < 90 { return "\(microseconds)u" }
        let milliseconds = (microseconds + 999) / 1000
        return milliseconds < 100_000_000 ? "\(milliseconds)m" : "\(seconds + 1)S"
    }
}
