import Foundation

/// Takes secrets out of text that is shown or logged.
///
/// Passwords in URLs, values of Authorization and similar headers, and values of options and assignments
/// whose names say that they are secret.
enum Redaction {
    private static let mask = "***"

    /// What is kept (group 1, and 2 after the secret), around what is not.
    private static let secretName =
        #"(?:password|passwd|passphrase|secret|token|api[-_]?key|access[-_]?key|private[-_]?key)"#

    /// What is kept (group 1) before what is not. Each starts with fixed characters, so that a long text is
    /// searched once.
    private static let rules: [(pattern: String, template: String)] = [
        // scheme://user:password@host
        (#"(://)[^/\s'"@]+@"#, "$1\(mask)@"),
        // Authorization: Bearer token, as in a header or a command line
        (
            #"(authorization["']?\s{0,3}[:=]\s{0,3}["']?(?:(?:basic|bearer|token)\s{1,3})?)[^\s'",;]+"#,
            "$1\(mask)"
        ),
        (#"\b((?:bearer|basic)\s{1,3})[A-Za-z0-9._~+/=-]{8,}"#, "$1\(mask)"),
        // --password x, --db-password x
        (#"(-\#(secretName)\s{1,3}["']?)[^\s'"]+"#, "$1\(mask)"),
        // PASSWORD=x, "token": "x", X-Api-Key: x
        (#"(\#(secretName)["']?\s{0,3}[=:]\s{0,3}["']?)[^\s'",;&]+"#, "$1\(mask)"),
        // hey -a user:password, curl -u user:password
        (#"((?:^|\s)(?:-a|-u|--user|--proxy-user)(?:\s{1,3}|=)["']?[^\s'":]{1,256}:)[^\s'"]+"#, "$1\(mask)"),
    ]

    private static let expressions = rules.compactMap { rule in
        (try? NSRegularExpression(pattern: rule.pattern, options: .caseInsensitive)).map {
            ($0, rule.template)
        }
    }

    /// The text without what looks like a secret.
    static func redacted(_ text: String) -> String {
        expressions.reduce(text) { text, rule in
            rule.0.stringByReplacingMatches(
                in: text, range: NSRange(text.startIndex..., in: text), withTemplate: rule.1)
        }
    }

    /// The text without these very secrets.
    static func redacted(_ text: String, secrets: [String]) -> String {
        secrets.filter { !$0.isEmpty }.reduce(text) { $0.replacing($1, with: mask) }
    }
}
