/// How a simulated metric behaves: a function of virtual time.
public enum MetricScript: Equatable, Sendable {
    /// Always within its range.
    case good
    /// Never within its range.
    case bad
    /// Nothing is ever measured.
    case empty
    /// The source fails.
    case unavailable
    /// Good and bad in turns of this many milliseconds; good once the scenario has settled.
    case flaps(every: Int64)
}
