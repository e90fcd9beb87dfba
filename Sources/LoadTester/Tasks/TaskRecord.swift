import Crypto
public import Foundation

/// Names a task: one canary never runs the same command twice at a time.
public struct TaskKey: Sendable, Hashable {
    /// The namespace of the canary.
    public let namespace: String
    /// The name of the canary.
    public let name: String
    /// The task's type.
    public let type: String
    /// Tells the work from all other of this canary and type: a digest, since work may hold secrets and be long.
    public let identity: String

    init(_ payload: HookPayload, type: String, work: TaskWork) {
        (namespace, name) = (payload.namespace, payload.name)
        self.type = type
        identity = Data(SHA256.hash(data: Data(work.identity.utf8))).base64EncodedString()
    }
}

/// What is known of a task that waits, runs, or has ended; without secrets, as far as they can be recognised.
public struct TaskRecord: Sendable {
    /// Where a task is in its life.
    public enum State: Sendable {
        /// It waits for its turn.
        case queued
        /// It runs since this time.
        case running(since: Date)
        /// It has ended.
        case finished(TaskOutcome.Result, summary: String, started: Date, at: Date)
    }

    /// Grows with each task since the start of the load tester.
    public let id: Int
    /// Whose task it is, and which.
    public let key: TaskKey
    /// The command, to be shown.
    public let command: String
    /// The revision it was started for; may be empty.
    public let checksum: String
    /// Where it is in its life.
    public let state: State
    /// The last of what it has printed so far.
    public let output: String
}
