import JSON

/// A resource and where it was read.
public struct ManifestEntry: Sendable {
    /// The resource.
    public let resource: ManifestResource
    /// The file as it was named; `-` is the standard input.
    public let file: String
    /// The line of its first field, counted from 1.
    public let line: Int
    /// A fingerprint of the document as its author wrote it, comments and layout aside. No default of ours is in it,
    /// so it stays the same when a later version knows more fields.
    public var documentHash: String {
        get throws { try StableHash.of(JSONValue(node)) }
    }
    let node: ManifestNode
    /// The fields that could not be read: what follows from them is not reported again.
    let unreadable: [FieldPath]

    /// Ties a finding to its place; nil when it follows from a field that could not be read.
    func diagnostic(_ finding: Finding) -> Diagnostic? {
        let isConsequence = unreadable.contains { $0.contains(finding.path) || finding.path.contains($0) }
        return isConsequence ? nil : Diagnostic(finding, in: node, of: file)
    }
}

extension Diagnostic {
    init(_ finding: Finding, in node: ManifestNode, of file: String) {
        let mark = node.mark(at: finding.path)
        self.init(
            file: file, line: mark.line, column: mark.column, field: finding.path.description,
            severity: finding.severity, rule: finding.rule, message: finding.message, fix: finding.fix)
    }
}
