/// Why bytes are not a JSON text (RFC 8259), and where.
public struct JSONSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public let reason: String
    /// The offset of the first byte that is wrong.
    public let offset: Int

    /// `offset 17: a comma or ']' is expected`.
    public var description: String { "offset \(offset): \(reason)" }
}
