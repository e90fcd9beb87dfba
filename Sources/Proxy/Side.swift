/// The two copies of a service between which traffic is split.
public enum Side: String, Sendable, CaseIterable {
    /// The stable copy.
    case primary
    /// The new revision under analysis.
    case canary

    var other: Side { self == .primary ? .canary : .primary }
}
