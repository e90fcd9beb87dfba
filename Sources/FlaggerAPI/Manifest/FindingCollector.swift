/// Gathers what is found while a resource is decoded, so that one pass tells everything.
final class FindingCollector {
    private(set) var findings: [Finding] = []
    private var muteDepth = 0

    func report(
        _ severity: Diagnostic.Severity = .error, at path: FieldPath, rule: String, _ message: String,
        fix: String
    ) {
        guard muteDepth == 0 else { return }
        let finding = Finding(path: path, severity: severity, rule: rule, message: message, fix: fix)
        if !findings.contains(finding) { findings.append(finding) }
    }

    /// Runs `body` with nothing reported: for stand-ins of values that were reported already.
    func muted<Result>(_ body: () throws -> Result) rethrows -> Result {
        muteDepth += 1
        defer { muteDepth -= 1 }
        return try body()
    }
}
