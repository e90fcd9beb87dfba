extension Timeline {
    /// What a daemon told, with each try of each hook as its receiver saw it.
    ///
    /// How long a process takes to start is no matter of order: ticks that found a side not ready are left
    /// out. So are statuses that show nothing new, such as the one that says post-rollout was heard.
    static func told(by aviary: RunningAviary, to hooks: HookServer) throws -> Timeline {
        var timeline = Timeline()
        var calls = Dictionary(grouping: hooks.calls(), by: \.path)
        for line in try aviary.lines() {
            switch line.kind {
            case "event" where line.reason != "NotReady" || line.phase == "Initializing":
                timeline.steps.append(
                    "EVENT \(line.severity ?? "") [\(line.phase ?? "")] \(line.message ?? "")")
            case "status": timeline.note(status: line)
            case "hook" where line.hookType != "event":
                let type = line.hookType ?? ""
                let tries = calls[type]?.prefix(line.attempts ?? 1) ?? []
                calls[type]?.removeFirst(tries.count)
                timeline.steps += tries.map { call in
                    "HOOK \(type) phase=\(call.phase) -> \(call.status) '\(call.answered)'"
                }
            default: break
            }
        }
        timeline.leaveOutIdleTicks()
        return timeline
    }

    private mutating func note(status line: FeedLine) {
        let status =
            "\(line.phase ?? "") iter=\(line.iterations ?? -9) failed=\(line.failedChecks ?? -9)"
            + " weight=\(line.weight ?? -9)"
        if statuses.last != status { statuses.append(status) }
    }
}
