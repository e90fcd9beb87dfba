import Timing

/// How a task ended.
public struct TaskOutcome: Sendable, Hashable {
    /// The result of a task.
    public enum Result: Sendable, Hashable {
        /// It did what it was asked for.
        case succeeded
        /// It ran and failed; the reason in words.
        case failed(String)
        /// It ran longer than allowed and was ended.
        case timedOut(after: Duration)
        /// It was ended, or not started, since the load tester shuts down.
        case stopped
    }

    /// How it ended.
    public let result: Result
    /// The last of what it printed.
    public let output: String

    /// Creates an outcome.
    public init(_ result: Result, output: String = "") {
        self.result = result
        self.output = output
    }

    /// Whether the task did what it was asked for.
    public var isSuccess: Bool { result == .succeeded }

    /// The result in words.
    public var summary: String {
        switch result {
        case .succeeded: "succeeded"
        case .failed(let reason): reason
        case .timedOut(let limit): "timed out after \(GoDuration.format(limit))"
        case .stopped: "stopped: the load tester is shutting down"
        }
    }

    /// What whoever asked for the task is told when it has failed: what it printed, or else the result in words;
    /// both after a time-out, which the output does not show.
    var report: String {
        if case .timedOut = result { return "\(output)\n\(summary)" }
        return output.isEmpty ? summary : output
    }
}
