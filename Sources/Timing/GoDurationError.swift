/// Why a text is no duration in Go's syntax.
public enum GoDurationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Empty, or not a sequence of numbers with units.
    case malformed(String)
    /// A number without a unit.
    case missingUnit(String)
    /// A unit other than ns, us, µs, ms, s, m, h.
    case unknownUnit(String, in: String)
    /// More than 2^63 nanoseconds (about 292 years).
    case overflow(String)

    /// What is wrong, in words for a user.
    public var description: String {
        switch self {
        case .malformed(let text): "\"\(text)\" is not a duration"
        case .missingUnit(let text): "\"\(text)\" lacks a unit"
        case .unknownUnit(let unit, let text): "\"\(text)\" has the unknown unit \"\(unit)\""
        case .overflow(let text): "\"\(text)\" is too long: the limit is about 292 years"
        }
    }
}
