import Dashboard
import Foundation
import Standalone

extension FeedLine {
    /// What a line of the history shows people; nil for a status, whose changes have events.
    ///
    /// - Parameter weight: the canary's share of traffic when it happened, in percent.
    init?(_ line: HistoryLine, weight: Int) {
        let kind: Kind
        switch line.kind {
        case "event": kind = .event(line.severity == "Warning" ? .warning : .normal)
        case "alert": kind = .alert
        case "metric":
            kind = .metric(name: line.name ?? "", value: line.value, passed: line.passed ?? false)
        case "hook":
            kind = .hook(
                HookAnswer(
                    type: line.hookType ?? "", name: line.name ?? "", status: line.status,
                    latency: .milliseconds(line.latencyMilliseconds ?? 0),
                    body: line.status == nil ? "" : line.body ?? "",
                    failure: line.status == nil ? line.body : nil))
        default: return nil
        }
        self.init(
            time: Date(timeIntervalSince1970: Double(line.time) / 1000),
            canary: "\(line.canary).\(line.namespace)", phase: line.phase.isEmpty ? "-" : line.phase,
            weight: weight, kind: kind, text: line.message ?? "")
    }
}

/// Turns the history into lines for people: statuses are not shown, but tell the weight of what follows.
struct FeedReader {
    private var weights: [String: Int] = [:]

    /// The line to show, if there is one.
    mutating func read(_ line: HistoryLine) -> FeedLine? {
        let canary = "\(line.canary).\(line.namespace)"
        if line.kind == "status" { weights[canary] = line.weight ?? 0 }
        return FeedLine(line, weight: weights[canary] ?? 0)
    }
}

extension CanaryView {
    /// What the terminal shows of a canary.
    init(_ snapshot: CanarySnapshot) {
        let status = snapshot.canary.status
        self.init(
            namespace: snapshot.canary.metadata.namespace, name: snapshot.canary.metadata.name,
            phase: status?.phase ?? "", weight: status?.canaryWeight ?? 0)
        isMirrored = snapshot.isMirrored
        iterations = snapshot.goal.iterations.map { (status?.iterations ?? 0, $0) }
        failedChecks = status?.failedChecks ?? 0
        threshold = snapshot.goal.threshold
        revision = snapshot.appliedChecksum
        primary = snapshot.traffic["primary"].map { Replicas(ready: $0.ready, wanted: $0.wanted) }
        canary = snapshot.traffic["canary"].map { Replicas(ready: $0.ready, wanted: $0.wanted) }
        successRate = snapshot.traffic["canary"]?.successRate
        p99 = snapshot.traffic["canary"]?.p99Milliseconds.map { .milliseconds($0) }
        waitingFor = snapshot.waitingFor
        lastTransition = status?.lastTransitionTime.flatMap { try? Date($0, strategy: .iso8601) }
    }
}
