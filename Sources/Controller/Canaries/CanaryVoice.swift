import Delivery
import KubernetesClient
import Logging
import Rollout

/// Tells what happens to one canary: as events of the cluster, in the log, as metrics.
struct CanaryVoice: EventSink {
    let canary: ObjectKey
    let uid: String?
    let recorder: EventRecorder
    let metrics: ControllerMetrics
    let logger: Logger

    func record(_ entry: HistoryEntry) async {
        switch entry.kind {
        case .announced(let announcement): announce(announcement, phase: entry.phase)
        case .alerted(let alert):
            logger.info("alert: \(alert.text)", metadata: labels(["severity": "\(alert.severity)"]))
        case .called(let call):
            logger.debug(
                "hook \(call.name) answered \(call.outcome.status.map(String.init) ?? "nothing")",
                metadata: labels([
                    "type": "\(call.type)", "url": "\(call.url)", "phase": "\(call.phase)",
                    "attempts": "\(call.outcome.attempts)", "latency": "\(call.outcome.latency)",
                ]))
        case .measured(let record):
            metrics.measured(canary, metric: record.name, record.value)
            logger.debug(
                "metric \(record.name) is \(record.value.map { "\($0)" } ?? "absent")", metadata: labels())
        case .moved(let status):
            metrics.moved(canary, status)
            logger.debug(
                "status is \(status.phase?.rawValue ?? "")",
                metadata: labels([
                    "weight": "\(status.routes.canaryWeight)", "iterations": "\(status.iterations)",
                    "failedChecks": "\(status.failedChecks)",
                ]))
        }
    }

    /// Tells what came of a call of somebody who is told and not asked.
    func settled(_ entry: HistoryEntry) async {
        await record(entry)
        guard case .called(let call) = entry.kind, !call.outcome.isPass else { return }
        announce(
            .warning, Announcement.Reason.hookFailed.rawValue,
            "\(call.type == "alert" ? "Alert" : "Event hook") \(call.name) failed \(call.outcome.detail)")
    }

    private func announce(_ announcement: Announcement, phase: Phase?) {
        announce(
            announcement.severity, announcement.reason.rawValue, announcement.text,
            phase.map { ["phase": "\($0.rawValue)"] } ?? [:])
    }

    /// Says something for which there is no reason among a rollout's.
    func announce(
        _ severity: Announcement.Severity, _ reason: String, _ text: String, _ more: Logger.Metadata = [:]
    ) {
        let reference = ObjectReference(.canary, namespace: canary.namespace, name: canary.name)
        recorder.record(
            KubernetesEvent(
                severity == .normal ? .normal : .warning, reason: reason, message: text,
                about: EventSubject(reference, uid: uid)))
        logger.log(
            level: severity == .normal ? .info : .warning, "\(text)",
            metadata: labels(more.merging(["reason": "\(reason)"]) { own, _ in own }))
    }

    private func labels(_ more: Logger.Metadata = [:]) -> Logger.Metadata {
        more.merging(["canary": "\(canary)"]) { own, _ in own }
    }
}
