/// Reads YAML or JSON documents into resources and reports every problem it meets.
public struct ManifestReader: Sendable {
    private let options: ValidationOptions

    /// A reader that validates by these options.
    public init(options: ValidationOptions = ValidationOptions()) { self.options = options }

    /// Reads and validates files together; `-` is the standard input. Unreadable files are diagnostics.
    public func read(files: [String]) -> Manifest {
        var manifest = Manifest()
        for file in files where !manifest.files.contains(file) {
            manifest.files.append(file)
            do {
                read(try ManifestFile.text(of: file), from: file, into: &manifest)
            } catch {
                manifest.diagnostics.append(
                    Diagnostic(
                        file: file, line: nil, column: nil, field: "", severity: .error,
                        rule: "unreadable-file",
                        message: error.description, fix: error.fix))
            }
        }
        validate(&manifest)
        return manifest
    }

    /// Reads and validates one text; `file` is the name that diagnostics tell.
    public func read(text: String, file: String = "-") -> Manifest {
        var manifest = Manifest()
        manifest.files = [file]
        read(text, from: file, into: &manifest)
        validate(&manifest)
        return manifest
    }

    private func read(_ text: String, from file: String, into manifest: inout Manifest) {
        func report(_ error: ManifestSyntaxError) {
            manifest.diagnostics.append(
                Diagnostic(
                    file: file, line: error.mark?.line, column: error.mark?.column, field: "",
                    severity: .error,
                    rule: error.rule, message: error.message, fix: error.fix))
        }
        if let refusal = TextGuard.refusal(of: text.utf8) {
            return report(
                ManifestSyntaxError(
                    mark: nil, rule: "too-large", message: refusal, fix: "split or simplify it"))
        }
        let (documents, error) = ManifestParser.documents(in: text)
        let resources = documents.flatMap(ManifestDocument.unfold)
        for node in resources {
            let (entry, diagnostics) = ManifestDocument(node: node, file: file).read()
            manifest.diagnostics += diagnostics
            if let entry { manifest.entries.append(entry) }
        }
        if let error {
            report(error)
        } else if resources.isEmpty {
            report(
                ManifestSyntaxError(
                    mark: nil, rule: "empty-file", message: "holds no resource", fix: "add a Canary"))
        }
    }

    private func validate(_ manifest: inout Manifest) {
        manifest.diagnostics += ManifestValidator(options: options).diagnostics(of: manifest)
        let order = Dictionary(uniqueKeysWithValues: manifest.files.enumerated().map { ($1, $0) })
        manifest.diagnostics = manifest.diagnostics.enumerated().sorted { left, right in
            let leftFile = order[left.element.file] ?? 0
            let rightFile = order[right.element.file] ?? 0
            return (leftFile, left.element.line ?? 0, left.offset)
                < (rightFile, right.element.line ?? 0, right.offset)
        }.map(\.element)
    }
}
