/// The rollout of one target: a pure state machine that takes events and returns effects.
///
/// One value lives for one tick. It starts from the durable status, and whoever performs its effects feeds the
/// answers back until no effect asks for one. It reads no clock and does no I/O; a failed effect drops those
/// after it, and the next tick starts again from what is durable and from what is observed.
public struct Rollout: Sendable {
    /// What the user asked for.
    public let plan: Plan
    /// The status as decided so far; durable once the `writeStatus` effects returned were performed.
    public internal(set) var status: RolloutStatus

    /// What this tick found.
    var observation: Observation?
    /// The moment of the last event.
    var now = Timestamp(milliseconds: 0)
    /// The answer that the tick is suspended on.
    var stage = Stage.idle
    /// What the status will be once the effects returned so far are performed.
    var written: RolloutStatus
    /// Whether this tick stops the canary, so that the next one starts it with its new configuration.
    var stopsCanary = false
    /// What the current event leads to.
    var effects: [Effect] = []

    /// The answers a tick can be suspended on.
    enum Stage: Equatable, Sendable {
        case idle
        case verifyingMetrics(isPrimaryReady: Bool)
        case asking(HookType.Point, queue: [Hook])
        case checkingMetrics
    }

    /// Starts from a durable status.
    ///
    /// - Parameters:
    ///   - plan: what the user asked for.
    ///   - status: what was written last; a new `RolloutStatus()` for a target never seen.
    public init(plan: Plan, status: RolloutStatus) {
        self.plan = plan
        self.status = status
        self.written = status
    }

    /// Decides what follows from an event. An answer that nobody waits for leads to nothing.
    public mutating func advance(_ event: Event) -> [Effect] {
        effects = []
        let suspended = stage
        stage = .idle
        switch (event, suspended) {
        case (.tick(let found), .idle):
            observation = found
            now = found.now
            begin(found)
        case (.hookAnswered(let answer), .asking(let point, let queue)):
            take(answer, at: point, queue: queue)
        case (.metricsChecked(let failure), .checkingMetrics):
            take(metricsFailure: failure)
        case (.metricsVerified(let failure), .verifyingMetrics(let isPrimaryReady)):
            take(verification: failure, isPrimaryReady: isPrimaryReady)
        case (.effectFailed(let failure), _):
            recover(from: failure)
        default:
            stage = suspended
        }
        return effects
    }

    /// The order of a tick, by phase.
    private mutating func begin(_ found: Observation) {
        guard !plan.isSuspended else { return }
        switch status.phase {
        case nil: takeOver(found)
        case .initializing: initialise(found)
        case .initialized, .succeeded, .failed: rest(found)
        case .waiting: resumeWaiting(found)
        case .progressing, .waitingPromotion: resumeAnalysis(found)
        case .promoting: resumePromotion(found)
        case .finalising: finalise(found)
        case .terminating, .terminated: break
        }
    }

    /// Makes the status durable, if it has changed.
    mutating func write() {
        guard status != written else { return }
        if status.phase != written.phase { status.lastTransition = now }
        written = status
        effects.append(.writeStatus(status))
    }

    mutating func announce(_ announcement: Announcement) {
        effects.append(.announce(announcement))
    }

    mutating func alert(_ alert: Alert) {
        effects.append(.alert(alert))
    }

    /// Splits the traffic, where the router can.
    mutating func route(_ routes: Routes) {
        status.routes = routes
        if plan.shiftsTraffic { effects.append(.route(routes)) }
    }

    /// Forgets what the last rollout counted.
    mutating func resetAnalysis() {
        status.iterations = 0
        status.failedChecks = 0
        status.passedHooks = []
        status.isAnalysing = false
        clearWaits()
    }

    mutating func clearWaits() {
        status.wait = nil
        status.waitingSince = nil
        clearStall()
    }

    mutating func clearStall() {
        status.stall = nil
        status.stalledSince = nil
    }

    /// Starts to wait for somebody's decision; told once.
    mutating func wait(for wait: RolloutStatus.Wait, _ announcement: Announcement, alert message: Alert?) {
        clearStall()
        guard status.wait != wait else { return write() }
        status.wait = wait
        status.waitingSince = now
        write()
        announce(announcement)
        if let message { alert(message) }
    }

    /// Notes that there is no progress; told once for each trouble.
    ///
    /// - Returns: whether the progress deadline has passed. Nothing is written then: the end that follows is, after
    ///   its traffic was routed.
    mutating func stall(on trouble: RolloutStatus.Stall, _ announcement: Announcement) -> Bool {
        let since = status.stalledSince ?? now
        let isNew = status.stall != trouble
        let isOver = since.elapsed(until: now) >= plan.progressDeadline
        status.stalledSince = since
        status.stall = trouble
        if !isOver { write() }
        if isNew { announce(announcement) }
        return isOver
    }

    /// Goes back to what is durable; the next tick observes again.
    private mutating func recover(from failure: EffectFailure) {
        status = failure.durable
        written = failure.durable
        now = failure.now
        if case .writeStatus = failure.effect { return }
        if stall(on: .effect(failure.effect.kind), .warning(.effectFailed, failure.reason)) { write() }
    }
}

extension Effect {
    /// The effect's name, without what it carries.
    public var kind: String {
        switch self {
        case .initialise: "initialise"
        case .verifyMetrics: "verifyMetrics"
        case .ask: "ask"
        case .checkMetrics: "checkMetrics"
        case .route: "route"
        case .scaleUp: "scaleUp"
        case .scaleDown: "scaleDown"
        case .promote: "promote"
        case .writeStatus: "writeStatus"
        case .announce: "announce"
        case .alert: "alert"
        }
    }
}
