public import Foundation

/// One line an event, for logs and pipes: `12:34:56 podinfo.test Progressing 30% Advance …`.
public struct PlainFeed: RolloutDisplay {
    private let output: OutputQueue
    private let timeZone: TimeZone

    init(_ output: OutputQueue, timeZone: TimeZone = .current) {
        self.output = output
        self.timeZone = timeZone
    }

    /// Does nothing: every change worth a line has an event.
    public func show(_ canaries: [CanaryView]) {}

    /// Writes the line.
    public func show(_ line: FeedLine) {
        output.append(Self.text(of: line, timeZone: timeZone))
    }

    /// Writes what is pending, for at most a second.
    public func finish() {
        output.flush()
    }

    /// A line as this feed writes it, without its end; control characters are made harmless.
    public static func text(of line: FeedLine, timeZone: TimeZone = .current) -> String {
        let time = timeOfDay(line.time, in: timeZone)
        return "\(time) \(line.canary) \(line.phase) \(line.weight)% \(line.summary)".safeLine(limit: 8192)
    }
}
