/// One problem of a manifest: where it is, what it is, and how to mend it.
public struct Diagnostic: Codable, Equatable, Sendable {
    /// How bad a problem is.
    public enum Severity: String, Codable, Sendable, Comparable, CaseIterable {
        /// Nothing to mend; something was left aside.
        case info
        /// Works, but probably not as meant.
        case warning
        /// Cannot be used.
        case error

        /// Orders from `info` to `error`.
        public static func < (left: Severity, right: Severity) -> Bool {
            (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
        }
    }

    /// The file as it was named; `-` is the standard input.
    public var file: String
    /// The line, counted from 1; nil when the problem is the file itself.
    public var line: Int?
    /// The column, counted from 1.
    public var column: Int?
    /// The field, such as `spec.analysis.webhooks[2].timeout`; empty when it is the whole document.
    public var field: String
    /// How bad it is.
    public var severity: Severity
    /// The stable name of the rule that found it, such as `unknown-hook-type`.
    public var rule: String
    /// What is wrong.
    public var message: String
    /// What to do about it.
    public var fix: String
}

extension Diagnostic: CustomStringConvertible {
    /// `file:line: severity: field: message (fix: …)`, on one line.
    public var description: String {
        let place = line.map { "\(file):\($0)" } ?? file
        let subject = field.isEmpty ? "" : "\(field): "
        let remedy = fix.isEmpty ? "" : " (fix: \(fix))"
        return "\(place): \(severity.rawValue): \(subject)\(message)\(remedy)"
    }
}
