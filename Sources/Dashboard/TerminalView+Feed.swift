import Foundation

extension TerminalView {
    /// One line of the recent history.
    func feedLine(_ line: FeedLine) -> StyledLine {
        var styled = StyledLine(timeOfDay(line.time, in: timeZone), .dim)
        styled.append(" ")
        styled.append(line.canary, .bold)
        styled.append(" ")
        switch line.kind {
        case .event(.normal): styled.append(line.text)
        case .event(.warning): styled.append(line.text, .yellow)
        case .alert: styled.append("alert \(line.text)", .magenta)
        case .metric(_, _, let passed): styled.append(line.summary, passed ? .green : .red)
        case .hook(let answer): append(answer, to: &styled)
        }
        return styled
    }

    private func append(_ answer: HookAnswer, to line: inout StyledLine) {
        let outcome = answer.status.map { "\($0)" } ?? answer.failure ?? "no answer"
        line.append("\(answer.type) \(answer.name) ")
        line.append(outcome, answer.isPass ? .green : .red)
        line.append(" \(shortText(answer.latency))", .dim)
        if !answer.body.isEmpty { line.append(" \(answer.body.prefix(size.columns * 4))", .dim) }
    }
}

extension FeedLine {
    /// What happened, in one sentence without time and canary.
    var summary: String {
        switch kind {
        case .event(.normal): return text
        case .event(.warning): return "warning: \(text)"
        case .alert: return "alert: \(text)"
        case .hook(let answer): return "hook \(answer.summary)"
        case .metric(let name, let value, let passed):
            let reading = value.map { fixed($0, digits: 1) } ?? "no traffic"
            let verdict = passed ? "passed" : "failed"
            return "metric \(name) \(reading) \(verdict)\(text.isEmpty ? "" : ": \(text)")"
        }
    }
}
