/// A metric's query with `{{ variables }}` in it: the part of Go's templates that such queries use.
///
/// `{{ name }}` and the other variables of `QueryVariables.names`, `{{ variables.x }}`,
/// `{{ index variables "x" }}`, texts in quotes, comments and the trim marks `{{-` and `-}}`. Anything else is an
/// error, so that nothing is sent to a server that was not meant.
public struct QueryTemplate: Equatable, Sendable {
    enum Part: Equatable, Sendable {
        case text(String)
        /// One of `QueryVariables.names`.
        case name(String)
        /// One of the metric's own `templateVariables`.
        case variable(String)
    }

    let parts: [Part]

    /// Reads a template.
    ///
    /// - Throws: `QueryTemplateError` that shows what was not understood.
    public init(_ text: String) throws(QueryTemplateError) {
        var parts: [Part] = []
        var rest = text[...]
        var trimsNext = false
        while let opening = rest.firstRange(of: "{{") {
            var before = rest[..<opening.lowerBound]
            rest = rest[opening.upperBound...]
            guard let closing = rest.firstRange(of: "}}") else {
                throw .unclosed(String(rest.prefix(40)))
            }
            var action = rest[..<closing.lowerBound]
            rest = rest[closing.upperBound...]
            if trimsNext { before = before.drop(while: \.isWhitespace) }
            if action.hasPrefix("-"), action.dropFirst().first?.isWhitespace == true {
                action = action.dropFirst()
                before = before.trimmingEnd()
            }
            trimsNext = action.hasSuffix("-") && action.dropLast().last?.isWhitespace == true
            if trimsNext { action = action.dropLast() }
            parts.append(.text(String(before)))
            parts.append(try Self.part(of: action))
        }
        if trimsNext { rest = rest.drop(while: \.isWhitespace) }
        self.parts = (parts + [.text(String(rest))]).filter { $0 != .text("") }
    }

    /// The metric's own variables that the template uses, in order.
    public var variables: [String] {
        parts.compactMap { if case .variable(let name) = $0 { name } else { nil } }
    }

    /// The query with its variables filled in.
    ///
    /// - Throws: `QueryTemplateError.missing` when a variable has no value.
    public func render(_ values: QueryVariables) throws(QueryTemplateError) -> String {
        var query = ""
        for part in parts {
            switch part {
            case .text(let text): query += text
            case .name(let name): query += values.value(of: name)
            case .variable(let name):
                guard let value = values.variables[name] else { throw .missing(name) }
                query += value
            }
        }
        return query
    }

    private static func part(of action: Substring) throws(QueryTemplateError) -> Part {
        let words = action.split(whereSeparator: \.isWhitespace)
        let trimmed = words.joined(separator: " ")
        if trimmed.hasPrefix("/*"), trimmed.hasSuffix("*/"), trimmed.count >= 4 { return .text("") }
        if words.count == 1, QueryVariables.names.contains(trimmed) { return .name(trimmed) }
        if words.count == 1, let key = trimmed.wholeMatch(of: /variables\.([\p{L}_][\p{L}\p{N}_]*)/) {
            return .variable(String(key.1))
        }
        if let key = trimmed.wholeMatch(of: /index variables "([^"\\]*)"/) { return .variable(String(key.1)) }
        let literal = action.drop(while: \.isWhitespace).trimmingEnd()
        if let text = literal.wholeMatch(of: /"([^"\\]*)"|`([^`]*)`/) {
            return .text(String(text.1 ?? text.2 ?? ""))
        }
        throw .unknown(trimmed)
    }
}

/// What is wrong with a query.
public enum QueryTemplateError: Error, Equatable, CustomStringConvertible {
    /// `{{` without `}}`.
    case unclosed(String)
    /// What stands between the braces is no variable.
    case unknown(String)
    /// A variable of the metric's own has no value.
    case missing(String)

    /// The problem in words.
    public var description: String {
        switch self {
        case .unclosed(let text): "`{{` is not closed: \(text)"
        case .unknown(let action): "unknown variable `{{ \(action) }}`"
        case .missing(let name): "`{{ variables.\(name) }}` has no value"
        }
    }
}

extension Substring {
    fileprivate func trimmingEnd() -> Substring {
        self[..<(lastIndex { !$0.isWhitespace }.map(index(after:)) ?? startIndex)]
    }
}
