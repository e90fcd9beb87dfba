/// A condition on a text; a valid one has exactly one of the four.
public struct StringMatch: Codable, Equatable, Sendable {
    /// The whole text.
    public var exact: String?
    /// The beginning of the text.
    public var prefix: String?
    /// The end of the text.
    public var suffix: String?
    /// A regular expression for the whole text.
    public var regex: String?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case exact, prefix, suffix, regex
    }

    /// A condition.
    public init(exact: String? = nil, prefix: String? = nil, suffix: String? = nil, regex: String? = nil) {
        self.exact = exact
        self.prefix = prefix
        self.suffix = suffix
        self.regex = regex
    }
}
