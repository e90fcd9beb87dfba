import Foundation

extension CallReport {
    /// The summary as ghz prints it, with a name for the run where there is one.
    public func summary(name: String? = nil) -> String {
        var lines = ["", "Summary:"]
        if let name { lines.append("  Name:\t\t\(name)") }
        lines += [
            "  Count:\t\(count)", "  Total:\t\(time(elapsed))", "  Slowest:\t\(time(latency.slowest))",
            "  Fastest:\t\(time(latency.fastest))", "  Average:\t\(time(latency.average))",
            "  Requests/sec:\t\(two(callsPerSecond))", "", "Response time histogram:",
        ]
        lines += histogramLines + ["", "Latency distribution:"]
        lines += percentiles.map { percentile in
            let percent = percentile.percent
            let name = percent == percent.rounded() ? "\(Int(percent))" : "\(percent)"
            return "  \(name) % in \(time(percentile.latency)) "
        }
        if !statusCodes.isEmpty {
            let width = (statusCodes.map(\.name.count).max() ?? 0) + 2
            lines += ["", "Status code distribution:"]
            lines += statusCodes.map { "  \("[\($0.name)]".padded(to: width))   \($0.count) responses" }
        }
        if !errors.isEmpty {
            let width = "\(errors.values.max() ?? 0)".count + 2
            lines += ["", "Error distribution:"]
            lines += errors.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
                "  \("[\($0.value)]".padded(to: width))   \($0.key)"
            }
        }
        if !thresholds.isEmpty { lines += ["", "Thresholds:"] + thresholds.map(\.line) }
        return lines.joined(separator: "\n") + "\n\n"
    }

    /// One line a call, in the order they ended, with ghz's columns; at most a million.
    public var csv: String {
        "\nduration (ms),status,error"
            + samples.map { sample in
                let error = sample.error ?? ""
                let quoted =
                    error.contains { ",\"\n".contains($0) }
                    ? "\"\(error.replacing("\"", with: "\"\""))\"" : error
                return "\n\(two(Double(sample.latency) / 1e6)),\(sample.code.name),\(quoted)"
            }.joined() + "\n"
    }

    /// One line for a terminal while the run goes on.
    public var progress: String {
        let p = Dictionary(percentiles.map { ($0.percent, $0.latency) }, uniquingKeysWith: { $1 })
        var line = "\(Int(elapsed))s  \(count) calls  \(Int(callsPerSecond))/s"
        if let p50 = p[50], let p99 = p[99] { line += "  p50 \(time(p50))  p99 \(time(p99))" }
        line += "  errors \(failures)"
        if let left = secondsLeft { line += "  \(left)s left" }
        return line
    }

    private var secondsLeft: Int? {
        if let seconds = plan.duration.map({ Double($0.components.seconds) }) {
            return Int(max(0, seconds - elapsed).rounded(.up))
        }
        guard callsPerSecond > 0 else { return nil }
        return Int((Double(max(0, plan.total - count)) / callsPerSecond).rounded(.up))
    }

    private var histogramLines: [String] {
        let most = max(histogram.map(\.count).max() ?? 0, 1)
        let limits = histogram.map { String(format: "%.3f", $0.limit * 1000) }
        let width = limits.map(\.count).max() ?? 0
        let countWidth = "\(most)".count + 2
        return zip(histogram, limits).map { bar, limit in
            let length = (bar.count * 40 + most / 2) / most
            let count = "[\(bar.count)]".padded(to: countWidth)
            return "  \(limit.padded(to: width)) \(count) |\(String(repeating: "∎", count: length))"
        }
    }
}

/// A time as ghz writes it.
private func time(_ seconds: Double) -> String {
    let nanoseconds = (seconds * 1e9).rounded()
    if nanoseconds < 10_000 { return "\(Int(nanoseconds)) ns" }
    return nanoseconds < 1e9 ? "\(two(nanoseconds / 1e6)) ms" : "\(two(nanoseconds / 1e9)) s"
}

private func two(_ number: Double) -> String { String(format: "%4.2f", number) }

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
