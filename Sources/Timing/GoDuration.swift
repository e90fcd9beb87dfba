/// A duration in Go's syntax, as users write it in a manifest: `1m30s`, `500ms`, `1.5h`, `0`.
///
/// Two values are equal when they last equally long. Encoding gives back the text it was read from.
public struct GoDuration: Sendable, Hashable, CustomStringConvertible {
    /// The length of time, to the nanosecond.
    public let duration: Duration
    /// The text it was read from, or Go's spelling of `duration`.
    public let description: String

    /// Reads a duration in Go's syntax.
    ///
    /// - Throws: `GoDurationError` when the text is no duration or exceeds ±292 years.
    public init(_ text: String) throws(GoDurationError) {
        duration = try GoDuration.parse(text)
        description = text
    }

    /// Wraps a length of time, spelled as Go would.
    public init(_ duration: Duration) {
        self.duration = duration
        description = GoDuration.format(duration)
    }

    /// Whole seconds.
    public static func seconds(_ count: Int) -> GoDuration { GoDuration(.seconds(count)) }

    /// Whole minutes.
    public static func minutes(_ count: Int) -> GoDuration { GoDuration(.seconds(count * 60)) }

    /// Whether both last equally long, whatever their spelling.
    public static func == (left: GoDuration, right: GoDuration) -> Bool { left.duration == right.duration }

    /// Hashes the length, not the spelling.
    public func hash(into hasher: inout Hasher) { hasher.combine(duration) }
}

extension GoDuration: Codable {
    /// Reads a string in Go's syntax; a bad one is a `DecodingError.dataCorrupted` that says why.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            try self.init(try container.decode(String.self))
        } catch let error as GoDurationError {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
        }
    }

    /// Writes the text it was read from.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
