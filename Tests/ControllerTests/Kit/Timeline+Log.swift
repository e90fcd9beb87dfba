extension Timeline {
    /// What a controller's log tells of a canary, with each try of each hook as its receiver saw it.
    ///
    /// How long pods take to start is no matter of order: ticks that found a side not ready are left out. So are
    /// statuses that show nothing new, such as the one that says post-rollout was heard.
    static func told(by controller: RunningController, about name: String, to hooks: HookServer) -> Timeline {
        var timeline = Timeline()
        var calls = Dictionary(grouping: hooks.calls().filter { $0.name == name }, by: \.path)
        for line in controller.log(about: name) {
            let text = line["msg"] ?? ""
            if let type = line["type"], text.hasPrefix("hook "), type != "event" {
                let tries = calls[type]?.prefix(Int(line["attempts"] ?? "") ?? 1) ?? []
                calls[type]?.removeFirst(tries.count)
                timeline.steps += tries.map { call in
                    "HOOK \(type) phase=\(call.phase) -> \(call.status) '\(call.answered)'"
                }
            } else if let reason = line["reason"], let phase = line["phase"] {
                guard reason != "NotReady" || phase == "Initializing" else { continue }
                let severity = line["level"] == "warning" ? "Warning" : "Normal"
                timeline.steps.append("EVENT \(severity) [\(phase)] \(text)")
            } else if let phase = text.wholeMatch(of: /status is (\w+)/)?.1 {
                let status =
                    "\(phase) iter=\(line["iterations"] ?? "") failed=\(line["failedChecks"] ?? "")"
                    + " weight=\(line["weight"] ?? "")"
                if timeline.statuses.last != status { timeline.statuses.append(status) }
            }
        }
        timeline.leaveOutIdleTicks()
        return timeline
    }
}
