/// Splits a command line into words as a shell would, without running one: no variables, no globs.
///
/// Single quotes keep everything; double quotes keep all but `\"`, `\\`, `\$` and `` \` ``; outside of
/// quotes a backslash keeps the next character.
public enum ShellWords {
    /// Splits `line`.
    ///
    /// - Throws: ``LoadTesterError/taskRefused(reason:)`` for a quote that is not closed or a backslash
    ///   at the end; the reason names `field`.
    public static func split(_ line: String, field: String) throws -> [String] {
        var words: [String] = []
        var word: String?
        var scalars = Substring.UnicodeScalarView(line.unicodeScalars).makeIterator()
        while let scalar = scalars.next() {
            switch scalar {
            case " ", "\t", "\n", "\r":
                if let finished = word { words.append(finished) }
                word = nil
            case "'":
                word = try (word ?? "") + quoted(by: "'", &scalars, field)
            case "\"":
                word = try (word ?? "") + quoted(by: "\"", &scalars, field)
            case "\\":
                guard let kept = scalars.next() else {
                    throw refusal(field, "ends with a backslash", "remove it or put a character after it")
                }
                // A backslash before a line break joins the lines.
                if kept != "\n" { word = (word ?? "") + String(kept) }
            default:
                word = (word ?? "") + String(scalar)
            }
        }
        if let word { words.append(word) }
        return words
    }

    private static func quoted(
        by quote: Unicode.Scalar, _ scalars: inout Substring.UnicodeScalarView.Iterator, _ field: String
    ) throws -> String {
        var text = String.UnicodeScalarView()
        while let scalar = scalars.next() {
            if scalar == quote { return String(text) }
            guard scalar == "\\", quote == "\"" else {
                text.append(scalar)
                continue
            }
            guard let next = scalars.next() else { break }
            if next == "\n" { continue }
            if !"\"\\$`".unicodeScalars.contains(next) { text.append("\\") }
            text.append(next)
        }
        throw refusal(field, "has a \(quote) that is not closed", "add the closing \(quote)")
    }

    private static func refusal(_ field: String, _ fault: String, _ fix: String) -> LoadTesterError {
        .taskRefused(reason: "\(field) \(fault): \(fix)")
    }
}
