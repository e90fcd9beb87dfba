public import Rollout

/// Where one canary's state is durable: its status, what happened to it, and the calls it owes.
public protocol StatusStore: Sendable {
    /// The status committed last; a new one for a canary never seen.
    ///
    /// - Throws: when it can't be read; nothing is done in that tick then.
    func load() async throws -> RolloutStatus
    /// Makes a commit durable before it returns: all of it, or nothing.
    ///
    /// A store that has no transaction over all three keeps what is owed and the history first and the status last: a
    /// crash in between tells an announcement again, which is allowed, instead of losing it, which is not.
    ///
    /// - Throws: when it is not, or may not be, durable. The interpreter then forgets the decision, reports the trouble
    ///   and decides again from `load()`.
    func commit(_ commit: Commit) async throws
}

/// What becomes durable in one write: a status, what was told with it, and the calls that follow from it.
public struct Commit: Equatable, Sendable {
    /// The new status; nil when it stays as it is.
    public var status: RolloutStatus?
    /// What happened, in order: hook calls and metric values that led here, announcements and alerts, and the move
    /// itself, once and equal to `status`, at its place among them.
    public var history: [HistoryEntry]
    /// Calls to be made, in order, each until it is delivered or given up; see `Outbox`.
    public var owed: [OwedCall]

    /// Makes a commit.
    public init(status: RolloutStatus? = nil, history: [HistoryEntry] = [], owed: [OwedCall] = []) {
        self.status = status
        self.history = history
        self.owed = owed
    }

    /// Whether there is nothing to keep.
    public var isEmpty: Bool { status == nil && history.isEmpty && owed.isEmpty }
}

/// Hears of everything that happened, once it is durable: for those who watch.
public protocol EventSink: Sendable {
    /// Shows an entry. Must return quickly and can't fail the rollout; after a crash an entry may never be shown.
    func record(_ entry: HistoryEntry) async
}
