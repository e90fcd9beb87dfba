/// A piece of a `.proto` file.
struct ProtoToken: Equatable {
    enum Kind: Equatable {
        /// A name or number, dots included.
        case word
        /// A text in quotes, without them.
        case text
        /// One other character.
        case symbol
        case end
    }

    let kind: Kind
    let text: String
    let line: Int
}

/// Cuts a `.proto` file into tokens, without comments.
struct ProtoLexer {
    private let file: String
    private var rest: Substring.UnicodeScalarView
    private var line = 1

    init(_ source: String, file: String) {
        self.file = file
        rest = Substring(source).unicodeScalars
    }

    /// All tokens, the last of which is the end.
    ///
    /// - Throws: `GRPCError.syntax`.
    static func tokens(of source: String, file: String) throws(GRPCError) -> [ProtoToken] {
        var lexer = ProtoLexer(source, file: file)
        var tokens: [ProtoToken] = []
        repeat { tokens.append(try lexer.next()) } while tokens.last?.kind != .end
        return tokens
    }

    private mutating func next() throws(GRPCError) -> ProtoToken {
        try skipBlanks()
        guard let first = rest.first else { return ProtoToken(kind: .end, text: "the end", line: line) }
        if Self.isWord(first) {
            let word = rest.prefix(while: Self.isWord)
            rest = rest.dropFirst(word.count)
            return ProtoToken(kind: .word, text: String(word), line: line)
        }
        rest.removeFirst()
        if first == "\"" || first == "'" { return try quoted(first) }
        return ProtoToken(kind: .symbol, text: String(first), line: line)
    }

    private mutating func skipBlanks() throws(GRPCError) {
        while let first = rest.first {
            if first.properties.isWhitespace || first == "\u{FEFF}" {
                if first == "\n" { line += 1 }
                rest.removeFirst()
            } else if rest.starts(with: "//".unicodeScalars) {
                rest = rest.drop { $0 != "\n" }
            } else if rest.starts(with: "/*".unicodeScalars) {
                try skipComment()
            } else {
                return
            }
        }
    }

    private mutating func skipComment() throws(GRPCError) {
        let start = line
        while !rest.starts(with: "*/".unicodeScalars) {
            guard let next = rest.popFirst() else {
                throw .syntax(file: file, line: start, problem: "the comment has no end; write */ after it")
            }
            if next == "\n" { line += 1 }
        }
        rest = rest.dropFirst(2)
    }

    private mutating func quoted(_ quote: Unicode.Scalar) throws(GRPCError) -> ProtoToken {
        var text = ""
        while let next = rest.popFirst(), next != "\n" {
            if next == quote { return ProtoToken(kind: .text, text: text, line: line) }
            // What follows a backslash matters only in options, which are not read.
            text.unicodeScalars.append(next == "\\" ? rest.popFirst() ?? next : next)
        }
        throw .syntax(file: file, line: line, problem: "the text has no end; close it with \(quote)")
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
            || scalar == "_" || scalar == "."
    }
}
