import Yams

/// Reads a text into its documents, each value with its place.
struct ManifestParser {
    /// The most values of one file, aliases written out.
    static let maximumNodes = 1_000_000
    /// The deepest nesting.
    static let maximumDepth = 100

    /// The documents before the first syntax error, and that error.
    static func documents(in text: String) -> (documents: [ManifestNode], error: ManifestSyntaxError?) {
        var documents: [ManifestNode] = []
        var conversion = NodeConversion()
        do {
            let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
            while let root = try parser.nextRoot() {
                documents.append(try conversion.convert(root, depth: 0))
            }
        } catch let error as ManifestSyntaxError {
            return (documents, error)
        } catch let error as YamlError {
            return (documents, ManifestSyntaxError(error, in: text))
        } catch {
            let syntax = ManifestSyntaxError(mark: nil, rule: "syntax", message: "\(error)", fix: "")
            return (documents, syntax)
        }
        return (documents, nil)
    }
}

extension ManifestSyntaxError {
    static func tooDeep(at mark: SourceMark) -> ManifestSyntaxError {
        ManifestSyntaxError(
            mark: mark, rule: "too-large",
            message: "is nested deeper than \(ManifestParser.maximumDepth) levels",
            fix: "split or simplify the file")
    }

    init(_ error: YamlError, in text: String) {
        let fix = "check the indentation, quotes and brackets here and on the lines before"
        switch error {
        case .parser(_, let problem, let mark, _) where problem.hasPrefix("Maximum nesting level"):
            self = .tooDeep(at: SourceMark(line: mark.line, column: mark.column))
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let detail = context.map { "\($0.text.trimmingSpaces) (line \($0.mark.line)): " } ?? ""
            let isTab = problem.contains("cannot start any token") && text.utf8.contains(UInt8(ascii: "\t"))
            self.init(
                mark: SourceMark(line: mark.line, column: mark.column), rule: "syntax",
                message: "not valid YAML: \(detail)\(problem)",
                fix: isTab ? "indent with spaces, not tabs" : fix)
        case .duplicatedKeysInMapping(let keys, let context):
            let names = keys.map { "`\($0)`" }.joined(separator: ", ")
            self.init(
                mark: SourceMark(line: context.mark.line, column: context.mark.column),
                rule: "duplicate-key", message: "\(names) is given more than once in one object",
                fix: "keep one of them")
        case .reader(let problem, _, let value, _):
            let code = String(value, radix: 16, uppercase: true)
            self.init(
                mark: nil, rule: "syntax", message: "not valid YAML: \(problem) (character U+\(code))",
                fix: "remove the character")
        default:
            self.init(mark: nil, rule: "syntax", message: "not valid YAML: \(error)", fix: fix)
        }
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        String(self[(firstIndex { $0 != " " } ?? endIndex)...])
    }
}
