/// What the interpreter is asked to do. Effects are performed in order; the first that fails drops the rest.
public enum Effect: Equatable, Sendable {
    /// Create primary from the target at this revision, or bring it there.
    case initialise(Revision)
    /// Ask whether all metrics providers answer; comes back as `Event.metricsVerified`. Always the last of its list.
    case verifyMetrics
    /// Call a hook; comes back as `Event.hookAnswered`. Always the last of its list.
    case ask(HookCall)
    /// Measure the canary; comes back as `Event.metricsChecked`. Always the last of its list.
    case checkMetrics
    /// Split the traffic.
    case route(Routes)
    /// Run the canary at this revision.
    case scaleUp(Revision)
    /// Stop the canary.
    case scaleDown
    /// Copy the target at this revision, tracked configuration included, to primary.
    case promote(Revision)
    /// Make the status durable.
    case writeStatus(RolloutStatus)
    /// Tell users, event hooks and the log. Never waits for a receiver.
    case announce(Announcement)
    /// Tell the alert providers. Never waits for a receiver.
    case alert(Alert)
}
