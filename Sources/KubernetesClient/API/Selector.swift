/// Which objects of a list are meant.
public struct Selector: Hashable, Sendable {
    /// A label selector in the server's syntax; empty for all.
    public var labels: String
    /// A field selector in the server's syntax; empty for all.
    public var fields: String

    /// All objects.
    public static let everything = Selector()

    /// Makes a selector; empty parts choose everything.
    public init(labels: String = "", fields: String = "") {
        self.labels = labels
        self.fields = fields
    }
}
