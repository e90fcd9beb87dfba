import Foundation
import Logging

/// A task that waits or runs, and who waits for it.
struct TaskJob {
    let id: Int
    let key: TaskKey
    let payload: HookPayload
    let work: TaskWork
    let isAwaited: Bool
    let output: OutputTail
    var startedAt: Date?
    var waiters: [Int: CheckedContinuation<TaskOutcome, any Error>] = [:]

    var checksum: String { payload.checksum }

    var record: TaskRecord {
        TaskRecord(
            id: id, key: key, checksum: checksum,
            state: startedAt.map { .running(since: $0) } ?? .queued, output: output.text)
    }

    func finishedRecord(_ outcome: TaskOutcome, startedAt: Date, at date: Date) -> TaskRecord {
        TaskRecord(
            id: id, key: key, checksum: checksum,
            state: .finished(outcome, started: startedAt, at: date), output: outcome.output)
    }

    var logMetadata: Logger.Metadata {
        [
            "canary": "\(key.name).\(key.namespace)", "type": "\(key.type)", "command": "\(key.command)",
        ]
    }

    func log(_ outcome: TaskOutcome, to logger: Logger) {
        var metadata = logMetadata
        if payload.metadata["logCmdOutput"] == "true" { metadata["output"] = "\(outcome.output)" }
        if outcome.isSuccess {
            logger.info("task succeeded", metadata: metadata)
        } else {
            logger.error("task \(outcome.summary)", metadata: metadata)
        }
    }
}

extension TaskKey {
    init(_ payload: HookPayload, _ type: String, _ command: String) {
        self.init(namespace: payload.namespace, name: payload.name, type: type, command: command)
    }
}
