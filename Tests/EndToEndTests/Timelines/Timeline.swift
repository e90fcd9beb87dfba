import Foundation

/// What a rollout showed from outside, as text lines: `HOOK` and `EVENT` in order, and `STATUS` in order.
struct Timeline {
    var steps: [String] = []
    var statuses: [String] = []

    /// What was measured on the peer, its times left out.
    static func measured(_ name: String) throws -> Timeline {
        var url = URL(fileURLWithPath: #filePath)
        while url.lastPathComponent != "Tests" { url.deleteLastPathComponent() }
        url.append(path: "EndToEndTests/Resources/Timelines/\(name).txt")
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

    /// Two rollback questions with nothing between them: the first tick waited for a process to be ready.
    mutating func leaveOutIdleTicks() {
        let asked = Line.rollbackAsked("Progressing")
        while let twice = steps.indices.first(where: { steps[$0...].starts(with: asked + asked) }) {
            steps.removeSubrange(twice..<(twice + asked.count))
        }
    }
}
