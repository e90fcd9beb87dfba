extension ProtoParser {
    var peek: ProtoToken { tokens[position] }

    mutating func take() -> ProtoToken {
        defer { if position < tokens.count - 1 { position += 1 } }
        return tokens[position]
    }

    mutating func accept(_ text: String) -> Bool {
        guard peek.text == text, peek.kind != .text else { return false }
        _ = take()
        return true
    }

    mutating func expect(_ text: String) throws(GRPCError) {
        guard accept(text) else { throw unexpected(peek, text) }
    }

    mutating func takeWord(_ what: String) throws(GRPCError) -> String {
        guard peek.kind == .word else { throw unexpected(peek, what) }
        return take().text
    }

    mutating func takeText() throws(GRPCError) -> String {
        guard peek.kind == .text else { throw unexpected(peek, "a text in quotes") }
        return take().text
    }

    mutating func number(_ what: String, in range: ClosedRange<Int>) throws(GRPCError) -> Int {
        let isNegative = accept("-")
        let text = try takeWord(what).lowercased()
        let magnitude =
            text.hasPrefix("0x")
            ? Int(text.dropFirst(2), radix: 16)
            : Int(text, radix: text.count > 1 && text.hasPrefix("0") ? 8 : 10)
        guard let magnitude, range.contains(isNegative ? -magnitude : magnitude) else {
            throw failure("\(text) is not \(what); give one from \(range.lowerBound) to \(range.upperBound)")
        }
        return isNegative ? -magnitude : magnitude
    }

    /// Skips to the semicolon that ends a statement, over blocks in it.
    mutating func skipStatement() throws(GRPCError) {
        while !accept(";") {
            if peek.kind == .end { throw unexpected(peek, ";") }
            if peek.text == "{", peek.kind == .symbol { try skipBlock() } else { _ = take() }
        }
    }

    mutating func skipBlock() throws(GRPCError) {
        try expect("{")
        var depth = 1
        while depth > 0 {
            let token = take()
            if token.kind == .end { throw unexpected(token, "}") }
            guard token.kind == .symbol else { continue }
            if token.text == "{" { depth += 1 }
            if token.text == "}" { depth -= 1 }
        }
    }

    func failure(_ problem: String) -> GRPCError {
        .syntax(file: file, line: tokens[max(0, position - 1)].line, problem: problem)
    }

    func unexpected(_ token: ProtoToken, _ wanted: String) -> GRPCError {
        let found = token.kind == .end ? "the end of the file" : "\"\(token.text)\""
        return .syntax(file: file, line: token.line, problem: "found \(found) where \(wanted) belongs")
    }
}
