import Foundation
import Glibc

/// Shows rollouts as they happen.
///
/// Calls return at once: what is shown is written by a queue of its own, so that a stopped terminal or a
/// full pipe slows no rollout.
public protocol RolloutDisplay: Sendable {
    /// Shows the present state of all canaries.
    func show(_ canaries: [CanaryView])
    /// Shows one thing that happened.
    func show(_ line: FeedLine)
    /// Writes what is pending, for at most a second, and leaves the terminal as it was found.
    func finish()
}

/// Makes the display that suits what the descriptor leads to: a live view on a terminal, one line an event elsewhere.
///
/// - Parameters:
///   - descriptor: where to write; 1 unless given.
///   - environment: the process's own unless given; `NO_COLOR` (not empty) leaves colours out; `TERM=dumb` has no live view.
public func makeRolloutDisplay(
    descriptor: Int32 = 1, environment: [String: String]? = nil
) -> any RolloutDisplay {
    let environment = environment ?? ProcessInfo.processInfo.environment
    let output = OutputQueue(descriptor: descriptor)
    let terminal = environment["TERM"] ?? ""
    guard isatty(descriptor) == 1, !terminal.isEmpty, terminal != "dumb" else { return PlainFeed(output) }
    let colours = (environment["NO_COLOR"] ?? "").isEmpty
    return TerminalDisplay(output, descriptor: descriptor, colours: colours)
}
