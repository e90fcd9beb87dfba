import Foundation

/// A task in the JSON of `GET /tasks`.
struct TaskView: Encodable {
    enum State: String, Encodable { case queued, running, succeeded, failed, timedOut, stopped }

    let id: Int
    let namespace: String
    let name: String
    let type: String
    let command: String
    let checksum: String
    let state: State
    let startedAt: Date?
    let finishedAt: Date?
    let result: String?
    let output: String

    init(_ record: TaskRecord) {
        id = record.id
        namespace = record.key.namespace
        name = record.key.name
        type = record.key.type
        command = record.command
        checksum = record.checksum
        output = record.output
        switch record.state {
        case .queued:
            (state, startedAt, finishedAt, result) = (.queued, nil, nil, nil)
        case .running(let since):
            (state, startedAt, finishedAt, result) = (.running, since, nil, nil)
        case .finished(let ended, let summary, let started, let at):
            (startedAt, finishedAt, result) = (started, at, summary)
            state =
                switch ended {
                case .succeeded: .succeeded
                case .failed: .failed
                case .timedOut: .timedOut
                case .stopped: .stopped
                }
        }
    }
}
