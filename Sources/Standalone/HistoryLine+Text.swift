import Foundation

extension HistoryLine {
    /// One line for a person, without colour: time, canary, phase and what happened.
    public var plainText: String {
        let moment = Date(timeIntervalSince1970: Double(time) / 1000)
        let clock = moment.formatted(.iso8601.time(includingFractionalSeconds: false))
        return "\(clock) \(canary).\(namespace) \(phase.isEmpty ? "-" : phase) \(summary)"
    }

    /// What happened, in a few words; control characters of other people's bodies are taken out.
    public var summary: String {
        switch kind {
        case "hook":
            let answer = status.map { "HTTP \($0)" } ?? "no answer"
            let detail = Self.printable(body ?? "")
            let took = latencyMilliseconds.map { " in \(Int($0.rounded())) ms" } ?? ""
            return "hook \(hookType ?? "") \(name ?? "") -> \(answer)\(took)" + (detail.isEmpty ? "" : ": \(detail)")
        case "metric":
            let measured = value.map { String(format: "%.2f", $0) } ?? "no value"
            return "metric \(name ?? "") \(measured) \(passed == true ? "passed" : "failed")"
        case "status":
            return "status weight=\(weight ?? 0) iterations=\(iterations ?? 0) failedChecks=\(failedChecks ?? 0)"
        case "alert":
            return "alert \(severity ?? "") \(Self.printable(message ?? ""))"
        default:
            return (severity == "Warning" ? "warning: " : "") + Self.printable(message ?? "")
        }
    }

    private static func printable(_ text: String) -> String {
        String(text.unicodeScalars.prefix(500).map { $0.properties.generalCategory == .control ? " " : Character($0) })
    }
}
