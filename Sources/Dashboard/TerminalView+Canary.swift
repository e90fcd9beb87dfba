import Foundation

extension TerminalView {
    /// The lines of one canary: what moves, then the details, then what it waits for.
    func lines(of canary: CanaryView, nameWidth: Int, now: Date) -> [StyledLine] {
        var lines = [status(of: canary, nameWidth: nameWidth, now: now)]
        let details = details(of: canary)
        if !details.isEmpty { lines.append(StyledLine("  " + details.joined(separator: ", "), .dim)) }
        if let gate = canary.waitingFor { lines.append(StyledLine("  waiting for \(gate)", .yellow)) }
        return lines
    }

    private func status(of canary: CanaryView, nameWidth: Int, now: Date) -> StyledLine {
        var line = StyledLine()
        line.append(canary.id, column: nameWidth, .bold)
        line.append("  ")
        // Where the terminal is narrow the bar goes first: the number says the same.
        let isNarrow = size.columns < 60
        let phaseWidth = isNarrow ? canary.phase.safeLine().displayWidth : 16
        line.append(canary.phase, column: phaseWidth, .phase(canary.phase))
        line.append("  ")
        if !isNarrow {
            line.append(weightBar(canary.weight, width: min(size.columns / 5, 30)), .phase(canary.phase))
            line.append(" ")
        }
        line.append("\(canary.weight)%", column: 4, .bold)
        if canary.isMirrored { line.append(" mirrored", .dim) }
        if canary.threshold > 0 {
            line.append("  failed checks ", .dim)
            line.append("\(canary.failedChecks)/\(canary.threshold)", canary.failedChecks > 0 ? .red : .plain)
        }
        if let iterations = canary.iterations {
            line.append("  iteration ", .dim)
            line.append("\(iterations.done)/\(iterations.wanted)")
        }
        return line
    }

    private func details(of canary: CanaryView) -> [String] {
        var details: [String] = []
        if let revision = canary.revision { details.append("revision \(revision)") }
        if let primary = canary.primary { details.append("primary \(primary.ready)/\(primary.wanted) ready") }
        if let side = canary.canary { details.append("canary \(side.ready)/\(side.wanted) ready") }
        if let rate = canary.successRate { details.append("success \(fixed(rate, digits: 1))%") }
        if let p99 = canary.p99 { details.append("p99 \(shortText(p99))") }
        if let since = canary.lastTransition { details.append("since \(timeOfDay(since, in: timeZone))") }
        return details
    }
}

/// `[######....]`: the share of `weight` in 100, in `width` cells with the brackets.
func weightBar(_ weight: Int, width: Int) -> String {
    let cells = max(width - 2, 1)
    let filled = min(max((weight * cells + 50) / 100, 0), cells)
    return "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: cells - filled) + "]"
}
