import Foundation

/// Decides which commands tasks may run.
public struct AllowedCommands: Sendable {
    private let expressions: [NSRegularExpression]?

    /// Allows every command.
    public static let all = AllowedCommands(expressions: nil)

    private init(expressions: [NSRegularExpression]?) { self.expressions = expressions }

    /// Allows the commands that one of the patterns matches from their first to their last character.
    ///
    /// A command of several lines is never allowed: a shell would run each, and patterns such as `[^;]*` match
    /// line breaks. No pattern allows all.
    /// - Throws: ``LoadTesterError/commandPatternInvalid(pattern:)``.
    public init(patterns: [String]) throws {
        guard !patterns.isEmpty else {
            self = .all
            return
        }
        expressions = try patterns.map { pattern in
            // The pattern alone must be valid as well, or it could close the group that anchors it.
            guard (try? NSRegularExpression(pattern: pattern)) != nil,
                let whole = try? NSRegularExpression(pattern: "\\A(?:\(pattern))\\z")
            else { throw LoadTesterError.commandPatternInvalid(pattern: pattern) }
            return whole
        }
    }

    func allows(_ command: String) -> Bool {
        guard let expressions else { return true }
        guard !command.unicodeScalars.contains(where: CharacterSet.newlines.contains) else { return false }
        let whole = NSRange(command.startIndex..., in: command)
        return expressions.contains { $0.firstMatch(in: command, range: whole) != nil }
    }
}
