import Foundation
import Logging

/// A task that waits or runs, and who waits for it.
struct TaskJob {
    let id: Int
    let key: TaskKey
    let checksum: String
    let logsOutput: Bool
    let work: TaskWork
    /// The command without secrets.
    let command: String
    let isAwaited: Bool
    let output: OutputTail
    /// About what it holds of its payload.
    let bytes: Int
    var startedAt: Date?
    var waiters: [Int: CheckedContinuation<TaskOutcome, any Error>] = [:]

    init(
        id: Int, key: TaskKey, payload: HookPayload, work: TaskWork, isAwaited: Bool, output: OutputTail
    ) {
        self.id = id
        self.key = key
        checksum = payload.checksum
        bytes = Self.bytes(of: payload)
        logsOutput = payload.isSet("logCmdOutput")
        self.work = work
        command = work.shown
        self.isAwaited = isAwaited
        self.output = output
    }

    static func bytes(of payload: HookPayload) -> Int {
        payload.metadata.reduce(1024) { $0 + $1.key.utf8.count + $1.value.utf8.count }
    }

    var record: TaskRecord {
        TaskRecord(
            id: id, key: key, command: command, checksum: checksum,
            state: startedAt.map { .running(since: $0) } ?? .queued, output: Redaction.redacted(output.text))
    }

    func finishedRecord(_ outcome: TaskOutcome, startedAt: Date, at date: Date) -> TaskRecord {
        TaskRecord(
            id: id, key: key, command: command, checksum: checksum,
            state: .finished(
                outcome.result, summary: Redaction.redacted(outcome.summary), started: startedAt, at: date),
            output: Redaction.redacted(outcome.output))
    }

    var logMetadata: Logger.Metadata {
        ["canary": "\(key.name).\(key.namespace)", "type": "\(key.type)", "command": "\(command)"]
    }

    func log(_ outcome: TaskOutcome, to logger: Logger) {
        var metadata = logMetadata
        if logsOutput { metadata["output"] = "\(Redaction.redacted(outcome.output))" }
        if outcome.isSuccess {
            logger.info("task succeeded", metadata: metadata)
        } else {
            logger.error("task \(Redaction.redacted(outcome.summary))", metadata: metadata)
        }
    }
}
