import Exposition
import Synchronization

/// Counts answers by path and status, and gate checks by answer.
///
/// Paths are those of the API, statuses those that it gives: what clients send makes no further labels.
final class APIMetrics: Sendable {
    private struct Answer: Hashable {
        let path: String
        let status: Int
    }

    private struct Check: Hashable {
        let kind: GateKind
        let passed: Bool
    }

    private struct Counts {
        var answers: [Answer: Int] = [:]
        var checks: [Check: Int] = [:]
    }

    private let counts = Mutex(Counts())

    func answered(_ path: String, _ status: Int) {
        counts.withLock { $0.answers[Answer(path: path, status: status), default: 0] += 1 }
    }

    func checked(_ kind: GateKind, passed: Bool) {
        counts.withLock { $0.checks[Check(kind: kind, passed: passed), default: 0] += 1 }
    }

    func write(to text: inout PrometheusText) {
        let counts = counts.withLock { $0 }
        let requests = "aviary_loadtester_http_requests_total"
        text.family(requests, .counter, "HTTP requests answered.")
        for (answer, count) in counts.answers.sorted(by: {
            ($0.key.path, $0.key.status) < ($1.key.path, $1.key.status)
        }) {
            text.sample(requests, [("path", answer.path), ("status", "\(answer.status)")], Double(count))
        }
        let checks = "aviary_loadtester_gate_checks_total"
        text.family(checks, .counter, "Gates asked, by answer.")
        for kind in GateKind.allCases {
            for (passed, answer) in [(true, "approved"), (false, "forbidden")] {
                let count = counts.checks[Check(kind: kind, passed: passed)] ?? 0
                text.sample(checks, [("kind", kind.rawValue), ("answer", answer)], Double(count))
            }
        }
    }
}
