import Synchronization

/// What is written down about a world: all that happened, and what should not have.
final class WorldLog: Sendable {
    private struct Lines {
        var trace: [TraceEntry] = []
        var violations: [Violation] = []
    }

    private let lines = Mutex(Lines())

    var trace: [TraceEntry] { lines.withLock { $0.trace } }

    var violations: [Violation] { lines.withLock { $0.violations } }

    func note(_ entry: TraceEntry) { lines.withLock { $0.trace.append(entry) } }

    func note(_ violation: Violation) {
        lines.withLock {
            $0.violations.append(violation)
            $0.trace.append(TraceEntry(time: violation.time, happening: .note("VIOLATION \(violation)")))
        }
    }
}
