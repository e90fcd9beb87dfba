import Foundation

/// Decides for which namespaces the load tester works.
public struct NamespaceFilter: Sendable {
    private let expression: NSRegularExpression?

    /// Allows every namespace.
    public static let all = NamespaceFilter(expression: nil)

    private init(expression: NSRegularExpression?) { self.expression = expression }

    /// Allows the namespaces in which `pattern` is found; an empty pattern allows all.
    ///
    /// The pattern is not anchored: write `^prod$` for exactly one namespace.
    /// - Throws: ``LoadTesterError/namespacePatternInvalid(pattern:cause:)``.
    public init(pattern: String) throws {
        guard !pattern.isEmpty else {
            self = .all
            return
        }
        do {
            self.init(expression: try NSRegularExpression(pattern: pattern))
        } catch {
            throw LoadTesterError.namespacePatternInvalid(
                pattern: pattern, cause: "check its brackets and escapes")
        }
    }

    /// Whether the load tester works for a namespace.
    public func allows(_ namespace: String) -> Bool {
        guard let expression else { return true }
        // A `$` also matches before a line break at the end, and no namespace has one.
        guard !namespace.unicodeScalars.contains(where: CharacterSet.newlines.contains) else { return false }
        let whole = NSRange(namespace.startIndex..., in: namespace)
        return expression.firstMatch(in: namespace, range: whole) != nil
    }

    /// Throws ``LoadTesterError/namespaceRefused(_:)`` for a namespace that is not allowed.
    func require(_ namespace: String) throws {
        guard allows(namespace) else { throw LoadTesterError.namespaceRefused(namespace) }
    }
}
