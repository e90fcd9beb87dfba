import Foundation
import Testing

/// What a rollout showed from outside, as text lines: `HOOK` and `EVENT` in order, and `STATUS` in order.
struct Timeline {
    var steps: [String] = []
    var statuses: [String] = []

    /// What was measured on the peer, its times left out.
    static func measured(_ name: String) throws -> Timeline {
        let url = try #require(
            Bundle.module.url(forResource: name, withExtension: "txt", subdirectory: "Timelines"))
        var timeline = Timeline()
        for line in try String(contentsOf: url, encoding: .utf8).split(separator: "\n") {
            if let step = line.firstMatch(of: #/s (?<step>(?:HOOK|EVENT) .*)$/#) {
                timeline.steps.append(String(step.step).replacing(#/ +/#, with: " "))
            } else if let status = line.firstMatch(of: #/STATUS phase=(?<phase>\w+) (?<rest>.*) cond=/#) {
                guard status.phase != "None" else { continue }
                timeline.statuses.append("\(status.phase) \(status.rest)")
            }
        }
        return timeline
    }

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

    /// Two rollback questions with nothing between them: the first tick waited for a process to be ready.
    private mutating func leaveOutIdleTicks() {
        let asked = Line.rollbackAsked("Progressing")
        while let twice = steps.indices.first(where: { steps[$0...].starts(with: asked + asked) }) {
            steps.removeSubrange(twice..<(twice + asked.count))
        }
    }
}
