import Foundation

@testable import Rollout

/// What was seen of one rollout from outside, beside what ours shows.
///
/// In `lines`, a line that starts with `-` is the peer's alone, one with `+` ours alone; both end with the reason:
/// - 1: ours calls the rollback hooks while it waits for confirm-rollout;
/// - 3: ours asks confirm-traffic-increase only where something increases;
/// - 4: ours asks confirm-promotion once for a promotion, which starts in the same tick;
/// - 5: ours tells an event with the phase that the status holds when it is sent;
/// - 6: ours reports the last answer of a retried call (retries are the caller's concern: here they are one call);
/// - 13: ours rolls back in the tick that reaches the threshold;
/// - words: why a side is not ready comes from its workload.
struct Timeline: Sendable, CustomStringConvertible {
    let description: String
    let plan: Plan
    let answers: [String: [String]]
    let ticks: Int
    let lines: String

    /// The lines that ours shows.
    var ours: [String] {
        lines.split(separator: "\n").compactMap { (line: Substring) -> String? in
            guard !line.hasPrefix("-") else { return nil }
            let text = line.dropFirst(2)
            guard line.hasPrefix("+"), let mark = text.range(of: "   (") else { return String(text) }
            return String(text[..<mark.lowerBound])
        }
    }

    /// Blue/green of five iterations with all eight hook types, or steps of 30 up to 60.
    static func plan(_ name: String, _ namespace: String, _ strategy: Strategy, shifts: Bool) -> Plan {
        Plan(
            names: Names(canary: name, target: name, namespace: namespace, targetKind: "Deployment"),
            strategy: strategy, threshold: 2,
            hooks: Hook.of(
                .confirmRollout, .rollback, .preRollout, .rollout, .confirmTrafficIncrease, .confirmPromotion,
                .postRollout, .event),
            shiftsTraffic: shifts)
    }
}
