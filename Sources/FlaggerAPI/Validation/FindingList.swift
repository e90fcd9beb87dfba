/// What the rules found in one resource.
struct FindingList {
    private(set) var findings: [Finding] = []

    mutating func error(_ path: FieldPath, _ rule: String, _ message: String, fix: String) {
        findings.append(Finding(path: path, severity: .error, rule: rule, message: message, fix: fix))
    }

    mutating func warning(_ path: FieldPath, _ rule: String, _ message: String, fix: String) {
        findings.append(Finding(path: path, severity: .warning, rule: rule, message: message, fix: fix))
    }
}
