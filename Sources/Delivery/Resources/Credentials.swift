/// The values of a secret, by key. Printing it shows the keys alone.
public struct Credentials: Equatable, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    private let values: [String: String]

    /// No credentials.
    public static let none = Credentials([:])

    /// Takes a secret's values.
    public init(_ values: [String: String]) { self.values = values }

    /// The value of a key, without the line end that files have.
    public subscript(key: String) -> String? {
        values[key].map { value in
            String(value[..<(value.lastIndex { !$0.isNewline }.map(value.index(after:)) ?? value.startIndex)])
        }
    }

    /// The keys.
    public var keys: Set<String> { Set(values.keys) }

    /// A text without any of the values in it, for messages that quote what a server said.
    public func redact(_ text: String) -> String {
        values.keys.compactMap { self[$0] }.filter { $0.count >= 4 }.sorted { $0.count > $1.count }
            .reduce(text) { $0.replacing($1, with: "***") }
    }

    /// The keys.
    public var description: String { "credentials with \(keys.sorted().joined(separator: ", "))" }

    /// The keys.
    public var debugDescription: String { description }
}
