import Foundation

/// Takes secrets out of text that is shown or logged.
///
/// Passwords in URLs, values of Authorization and similar headers, and values of options and assignments
/// whose names say that they are secret.
enum Redaction {
    private static let mask = "***"

    /// What is kept (group 1, and 2 after the secret), around what is not.
    private static let secretName =
        #"(?:password|passwd|passphrase|secret|token|api[-_]?key|access[-_]?key|auth[-_]?key|private[-_]?key)"#
    /// Headers whose whole value is secret.
    private static let secretHeader = "(?:authorization|(?:set-)?cookie)"
    /// The scheme of credentials, which may be shown.
    private static let scheme = #"((?:basic|bearer|token|digest)\s{1,3})?"#
    /// A value: in double quotes, escaped ones as well, in single quotes, or up to a space or separator. The
    /// opening quote is a group.
    private static let value = #"(?:(\\?")[^"\\\r\n]*|(')[^'\r\n]*|[^\s'",;&]+)"#
    /// Name and password, of which the name is kept; also with quotes around both.
    private static let credentials =
        #"(?:((?:\s{1,3}|=)'[^':]{1,256}:)[^'\r\n]+|((?:\s{1,3}|=)"[^":]{1,256}:)[^"\r\n]+"#
        + #"|((?:\s{1,3}|=)[^\s'":]{1,256}:)[^\s'"]+)"#

    /// What is kept (groups) around what is not. Each starts with fixed characters, so that a long text is
    /// searched once.
    private static let rules: [(pattern: String, template: String)] = [
        // scheme://user:password@host
        (#"(://)[^/\s'"@]+@"#, "$1\(mask)@"),
        // -H 'Authorization: scheme credentials': up to the quote that closes
        (#"('\s{0,3}\#(secretHeader)\s{0,3}:\s{0,3})\#(scheme)[^'\r\n]+"#, "$1$2\(mask)"),
        (#"("\s{0,3}\#(secretHeader)\s{0,3}:\s{0,3})\#(scheme)[^"\r\n]+"#, "$1$2\(mask)"),
        // {"Authorization": "scheme credentials"}, authorization="credentials"
        (#"(\#(secretHeader)\\?["']?\s{0,3}[:=]\s{0,3}\\?["'])\#(scheme)[^"'\\\r\n]+"#, "$1$2\(mask)"),
        // a header as it is printed, up to the end of its line, and one without a space, up to the next
        (#"(\#(secretHeader):\s{1,3})\#(scheme)[^'"\r\n]+"#, "$1$2\(mask)"),
        (#"(\#(secretHeader)[:=])[^\s'"]+"#, "$1\(mask)"),
        (#"\b((?:bearer|basic)\s{1,3})[A-Za-z0-9._~+/=-]{8,}"#, "$1\(mask)"),
        // --password x, --db-password 'x y'
        (#"(-\#(secretName)\s{1,3})\#(value)"#, "$1$2$3\(mask)"),
        // PASSWORD=x, "token": "x y", X-Api-Key: x
        (#"(\#(secretName)\\?["']?\s{0,3}[=:]\s{0,3})\#(value)"#, "$1$2$3\(mask)"),
        // hey -a user:password, curl -u 'user:pass word', curl -uuser:password
        (#"((?:^|\s)(?:-a|-u|--user|--proxy-user))\#(credentials)"#, "$1$2$3$4\(mask)"),
        (#"((?:^|\s)-u[^\s'":=]{1,256}:)[^\s'"]+"#, "$1\(mask)"),
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
