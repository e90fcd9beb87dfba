/// A regular expression for routing rules, compiled once.
///
/// The syntax is the part of RE2 that header matches use: literals, `.`, classes, groups, `|`,
/// `* + ? {m,n}`, `^`, `$`, a leading `(?i)` and the usual escapes. As with Istio, the whole value has to
/// match. A match takes time proportional to the length of the value, so no request can stall the proxy.
public struct RegularExpression: Hashable, Sendable {
    /// The expression as it was written.
    public let pattern: String
    private let program: PatternProgram

    /// Compiles an expression.
    ///
    /// - Throws: ``ProxyError/invalidRegularExpression(pattern:offset:reason:)`` when it is malformed, too
    ///   large, or uses what is not supported (look-around, back-references).
    public init(_ pattern: String) throws {
        self.pattern = pattern
        do {
            var parser = PatternParser(pattern)
            program = try PatternProgram(parser.parse())
        } catch let error as PatternSyntaxError {
            throw ProxyError.invalidRegularExpression(
                pattern: pattern, offset: error.offset, reason: error.reason)
        }
    }

    /// Whether the whole of `value` matches.
    public func matches(_ value: String) -> Bool {
        var value = value
        return value.withUTF8 { matches(UnsafeRawBufferPointer($0)) }
    }

    func matches(_ value: UnsafeRawBufferPointer) -> Bool { program.matches(value) }

    /// Two expressions are equal when they are written the same.
    public static func == (left: RegularExpression, right: RegularExpression) -> Bool {
        left.pattern == right.pattern
    }

    /// Hashes the expression as it was written.
    public func hash(into hasher: inout Hasher) { hasher.combine(pattern) }
}
