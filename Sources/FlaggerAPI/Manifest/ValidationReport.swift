/// The outcome of a validation, for machines.
public struct ValidationReport: Codable, Equatable, Sendable {
    /// Whether there is no error.
    public let valid: Bool
    /// The files that were read, as they were named.
    public let files: [String]
    /// How many resources were read.
    public let resources: Int
    /// How many problems are errors.
    public let errors: Int
    /// How many problems are warnings.
    public let warnings: Int
    /// The problems, by file and line.
    public let diagnostics: [Diagnostic]

    /// The outcome of reading a manifest.
    public init(_ manifest: Manifest) {
        valid = !manifest.hasErrors
        files = manifest.files
        resources = manifest.entries.count
        errors = manifest.diagnostics.count { $0.severity == .error }
        warnings = manifest.diagnostics.count { $0.severity == .warning }
        diagnostics = manifest.diagnostics
    }

    /// The outcome in one line: `2 files, 3 resources: 1 error, 2 warnings`.
    public var summary: String {
        let subject = "\(Self.count(files.count, "file")), \(Self.count(resources, "resource"))"
        if errors == 0, warnings == 0 { return "\(subject): valid" }
        return "\(subject): \(Self.count(errors, "error")), \(Self.count(warnings, "warning"))"
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
    }
}
