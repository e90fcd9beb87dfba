import Foundation
import Synchronization

/// One JSON object a line: each event, and each change of a canary's status (`"kind":"status"`).
public final class JSONFeed: RolloutDisplay {
    private let output: OutputQueue
    private let known = Mutex<[String: StatusRecord]>([:])

    init(_ output: OutputQueue) {
        self.output = output
    }

    /// Writes a line for each canary whose status changed.
    public func show(_ canaries: [CanaryView]) {
        for canary in canaries {
            let record = StatusRecord(canary)
            let isChanged = known.withLock { $0.updateValue(record, forKey: canary.id) != record }
            if isChanged { output.append(Self.text(of: TimedRecord(time: isoText(Date()), record: record))) }
        }
    }

    /// Writes the line.
    public func show(_ line: FeedLine) {
        output.append(Self.text(of: TimedRecord(time: isoText(line.time), record: FeedRecord(line))))
    }

    /// Writes what is pending, for at most a second.
    public func finish() {
        output.flush()
    }

    static func text(of record: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "+Inf", negativeInfinity: "-Inf", nan: "NaN")
        return (try? encoder.encode(record)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}

/// RFC 3339 in UTC with milliseconds.
func isoText(_ date: Date) -> String {
    date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
}
