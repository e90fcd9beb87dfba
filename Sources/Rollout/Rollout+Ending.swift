extension Rollout {
    mutating func rollBackManually() {
        rollBack(
            .warning(.rollingBack, "Rolling back \(plan.names.canary) manual webhook invoked"),
            Alert(.warn, "Rolling back manual webhook invoked"))
    }

    mutating func rollBackAtThreshold() {
        rollBack(
            .warning(
                .rollingBack,
                "Rolling back \(plan.names.canary) failed checks threshold reached \(status.failedChecks)"),
            Alert(.error, "Failed checks threshold reached \(status.failedChecks)"))
    }

    mutating func rollBackAtDeadline(_ reason: String) {
        rollBack(
            .warning(
                .rollingBack, "Rolling back \(plan.names.canary) progress deadline exceeded \(reason)"),
            Alert(.error, "Progress deadline exceeded \(reason)"))
    }

    /// All traffic to primary first; then the end is made durable, told, and the canary stopped.
    mutating func rollBack(_ announcement: Announcement, _ message: Alert) {
        if isCanaryStandingIn { return giveUp(announcement, message) }
        route(.primary)
        if status.failedChecks != written.failedChecks { write() }
        announce(announcement)
        alert(message)
        end(in: .failed, .failed)
        announce(.warning(.rolledBack, "Canary failed! Scaling down \(plan.names.canary)"))
        effects.append(.scaleDown)
        ask(.afterEnd)
    }

    /// The end and what is owed after it are one write.
    mutating func end(in phase: Phase, _ ending: RolloutStatus.Ending, failedChecks: Int = 0) {
        resetAnalysis()
        status.phase = phase
        status.failedChecks = failedChecks
        status.owed = ending
        write()
    }

    /// The post-rollout hooks have been heard: nothing is owed any more.
    mutating func settle() {
        switch status.owed {
        case .promoted:
            announce(.normal(.promoted, "Promotion completed! Scaling down \(plan.names.target)"))
            alert(Alert(.info, "Canary analysis completed successfully, promotion finished."))
        case .skipped:
            announce(
                .normal(
                    .promoted, "Promotion completed! Canary analysis was skipped for \(plan.names.target)"))
            alert(Alert(.info, "Canary analysis was skipped, promotion finished."))
        case .failed, nil: break
        }
        status.owed = nil
        write()
    }
}
