/// Gathers what is found while a resource is decoded, so that one pass tells everything.
final class FindingCollector {
    /// The most findings of one severity that are kept; beyond, they are counted.
    static let maximumOfEach = 200

    private var kept: [Finding] = []
    private var counts: [Diagnostic.Severity: Int] = [:]
    private var muteDepth = 0

    /// What was found, in order; where much was, how many more there are.
    var findings: [Finding] {
        let rest = counts.sorted { $0.key > $1.key }.filter { $0.value > Self.maximumOfEach }
        return kept
            + rest.map { severity, count in
                Finding(
                    path: .root, severity: severity, rule: "too-many",
                    message: "\(count - Self.maximumOfEach) more of these are not listed",
                    fix: "mend the others first")
            }
    }

    func report(
        _ severity: Diagnostic.Severity = .error, at path: FieldPath, rule: String, _ message: String,
        fix: @autoclosure () -> String
    ) {
        guard muteDepth == 0 else { return }
        let isRepeated =
            kept.last.map { $0.path == path && $0.rule == rule && $0.message == message } ?? false
        guard !isRepeated else { return }
        counts[severity, default: 0] += 1
        guard counts[severity, default: 0] <= Self.maximumOfEach else { return }
        kept.append(Finding(path: path, severity: severity, rule: rule, message: message, fix: fix()))
    }

    /// Runs `body` with nothing reported: for stand-ins of values that were reported already.
    func muted<Result>(_ body: () throws -> Result) rethrows -> Result {
        muteDepth += 1
        defer { muteDepth -= 1 }
        return try body()
    }
}
