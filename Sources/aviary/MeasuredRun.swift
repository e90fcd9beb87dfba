import Foundation
import UnixSignals

/// Runs a load run until its end, SIGINT or SIGTERM; shows its progress on a terminal after two seconds.
///
/// - Parameter run: performs the run, and tells its progress: the seconds since the start, and a line.
///   Cancelled by a signal, it is expected to report all the same.
func measured<Report: Sendable>(
    _ run:
        @escaping @Sendable (_ onProgress: @escaping @Sendable (Double, String) async -> Void) async throws
        -> Report
) async throws -> Report {
    let isTerminal = isatty(STDERR_FILENO) == 1
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
    return try await withThrowingTaskGroup(of: Report?.self) { group in
        group.addTask {
            try await run { elapsed, line in
                guard isTerminal, elapsed > 1.5 else { return }
                StandardError.write("\r\(line)\u{1B}[K")
            }
        }
        group.addTask {
            for await _ in signals { break }
            return nil
        }
        // A signal ends the second task first: the run is cancelled, and reports all the same.
        var report: Report?
        while report == nil, let ended = try await group.next() {
            report = ended
            group.cancelAll()
        }
        if isTerminal { StandardError.write("\r\u{1B}[K") }
        guard let report else { throw CancellationError() }
        return report
    }
}
