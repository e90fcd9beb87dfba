import Foundation

extension LoadReport {
    /// The summary as hey prints it.
    public var summary: String {
        var lines = [
            "", "Summary:",
            "  Total:\t\(four(elapsed)) secs",
            "  Slowest:\t\(four(latency.slowest)) secs",
            "  Fastest:\t\(four(latency.fastest)) secs",
            "  Average:\t\(four(latency.average)) secs",
            "  Requests/sec:\t\(four(requestsPerSecond))", "  ",
        ]
        let answers = statusCodes.values.reduce(0, +)
        if bytes > 0, answers > 0 {
            lines += ["  Total data:\t\(bytes) bytes", "  Size/request:\t\(bytes / answers) bytes"]
        }
        lines += ["", "Response time histogram:"] + histogramLines
        lines += ["", "", "Latency distribution:"] + percentileLines
        lines += ["", "Details (average, fastest, slowest):"] + detailLines
        lines += ["", "Status code distribution:"]
        lines += statusCodes.sorted { $0.key < $1.key }.map { "  [\($0.key)]\t\($0.value) responses" }
        lines.append("")
        if errors.isEmpty {
            lines.append("")
        } else {
            lines.append("Error distribution:")
            lines += errors.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
                "  [\($0.value)]\t\($0.key)"
            }
        }
        if let openLoop { lines += ["", "Open loop:"] + openLoopLines(openLoop) }
        if !thresholds.isEmpty { lines += ["", "Thresholds:"] + thresholds.map(\.line) }
        if let note { lines += ["", note] }
        return lines.joined(separator: "\n") + "\n\n"
    }

    private func openLoopLines(_ openLoop: OpenLoop) -> [String] {
        var lines = [
            "  Planned:\t\(four(openLoop.rate)) requests/sec; latency counts from the planned send time",
            "  Late:\t\t\(openLoop.late) requests, \(four(openLoop.latest)) secs at most",
        ]
        if openLoop.unsent > 0 {
            lines.append(
                "  Unsent:\t\(openLoop.unsent) requests: all \(workers) workers were busy; -c sets their number"
            )
        }
        return lines
    }

    /// What a reader of a closed loop's percentiles has to know, where it makes a difference.
    var note: String? {
        guard openLoop == nil, let median = percentiles.first(where: { $0.percent == 50 })?.latency,
            latency.slowest >= 0.1, latency.slowest >= 10 * median
        else { return nil }
        return
            "Note: a closed loop sends nothing while it waits: the percentiles hide most of what a stall of "
            + "\(four(latency.slowest)) secs does to users; --rate shows it."
    }

    /// One line an answer, in the order they came, with hey's columns; at most a million.
    public var csv: String {
        let header =
            "response-time,DNS+dialup,DNS,Request-write,Response-delay,Response-read,status-code,offset\n"
        return header
            + samples.sorted { $0.offset + $0.total < $1.offset + $1.total }.map { sample in
                let times = [
                    sample.total, sample.dial, sample.lookup, sample.write, sample.wait, sample.read,
                ]
                .map { four(Double($0) / 1e9) }.joined(separator: ",")
                return "\(times),\(sample.status),\(four(Double(sample.offset) / 1e9))\n"
            }.joined()
    }

    /// Whether ``csv`` lacks answers.
    public var isCSVCut: Bool { samples.count < statusCodes.values.reduce(0, +) }

    /// The report as one JSON object.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }

    /// One line for a terminal while the run goes on.
    public var progress: String {
        let p = Dictionary(percentiles.map { ($0.percent, $0.latency) }, uniquingKeysWith: { $1 })
        var line = "\(Int(elapsed))s  \(requests) requests  \(Int(requestsPerSecond))/s"
        if let p50 = p[50], let p99 = p[99] { line += "  p50 \(four(p50))s  p99 \(four(p99))s" }
        let bad = failures + statusCodes.filter { $0.key >= 500 }.values.reduce(0, +)
        line += "  errors \(bad)"
        if let left = secondsLeft { line += "  \(left)s left" }
        return line
    }

    private var secondsLeft: Int? {
        if let seconds = planned.seconds { return Int(max(0, seconds - elapsed).rounded(.up)) }
        guard let total = planned.requests, requestsPerSecond > 0 else { return nil }
        return Int((Double(max(0, total - requests)) / requestsPerSecond).rounded(.up))
    }

    private var histogramLines: [String] {
        let most = max(histogram.map(\.count).max() ?? 0, 1)
        return histogram.map { bar in
            let length = (bar.count * 40 + most / 2) / most
            let limit = String(format: "%.3f", bar.limit)
            return "  \(limit) [\(bar.count)]\t|\(String(repeating: "■", count: length))"
        }
    }

    private var percentileLines: [String] {
        percentiles.map { percentile in
            let percent = percentile.percent
            let name = percent == percent.rounded() ? "\(Int(percent))" : "\(percent)"
            return "  \(name)% in \(four(percentile.latency)) secs"
        }
    }

    private var detailLines: [String] {
        let rows = [
            ("DNS+dialup", details.dial), ("DNS-lookup", details.lookup), ("req write", details.write),
            ("resp wait", details.wait), ("resp read", details.read),
        ]
        return rows.map { name, range in
            "  \(name):\t\(four(range.average)) secs, \(four(range.fastest)) secs, \(four(range.slowest)) secs"
        }
    }
}

func four(_ number: Double) -> String {
    String(format: "%.4f", number)
}
