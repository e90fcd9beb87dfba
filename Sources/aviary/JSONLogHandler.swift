import Foundation
import Logging

/// Writes a JSON object a line to standard error, with the peer's names: `level`, `ts`, `caller`, `msg`.
struct JSONLogHandler: LogHandler {
    private let label: String
    var logLevel: Logger.Level = .info
    var metadata: Logger.Metadata = [:]

    init(label: String) { self.label = label }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var line = metadata.merging(event.metadata ?? [:]) { _, own in own }.mapValues { "\($0)" }
        line["level"] = "\(event.level)"
        line["ts"] = Date().formatted(.iso8601.time(includingFractionalSeconds: true))
        line["caller"] = label
        line["msg"] = "\(event.message)"
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard var data = try? encoder.encode(line) else { return }
        data.append(0x0A)
        // Nobody to read it, or a full disk: the work goes on unlogged.
        try? FileHandle.standardError.write(contentsOf: data)
    }
}
