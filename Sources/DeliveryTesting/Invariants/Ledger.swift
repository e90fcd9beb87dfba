import Delivery
import FlaggerAPI
import Rollout

/// What the invariants remember.
struct Ledger: Sendable {
    /// A hook's pass and the revision that it was given to.
    struct Approval: Hashable, Sendable {
        var hook: Int
        var revision: Revision
    }

    /// What one tick saw and did.
    struct Tick: Sendable {
        var number = 0
        var observed: WorkloadObservation?
        var startPhase: Phase?
        var isSuspended = false
        var asked: [Int] = []
        var passed: Set<Int> = []
        var failedChecks = 0
        var increases = 0
        var isRollingBack = false
        /// Effects performed, and calls made.
        var deeds = 0
        var hadFault = false
        /// The user or another hand interfered.
        var isDisturbed = false
        var diesAfter = false
    }

    var tick = Tick()
    /// Passes that count for the rollout under way.
    var approvals: Set<Approval> = []
    /// post-rollout hooks called since the last end.
    var toldEnd: Set<Int> = []
    /// The wait that was announced and not left since.
    var announcedWait: RolloutStatus.Wait?
    /// Whether the promotion under way skipped the analysis.
    var isUnchecked = false
    /// What event hooks are to hear, by hook.
    var expectedEvents: [Int: [CanaryWebhookPayload]] = [:]
    /// How much of it they have heard.
    var heardEvents: [Int: Int] = [:]
    /// Rollouts that ended so far.
    var endedRollouts = 0
    /// Ticks in a row that did nothing.
    var quietTicks = 0
}
