import Synchronization

/// What happened in a tick whose commit failed: kept in memory until the store takes it, so that a full disk costs no
/// history while the process lives. Decisions are not kept; they are made again.
final class UnkeptFacts: Sendable {
    /// The facts, and why they could not be kept.
    struct Facts: Sendable {
        var history: [HistoryEntry]
        var reason: String
    }

    /// Entries remembered, the newest.
    static let capacity = 200

    private let facts = Mutex<Facts?>(nil)

    /// What waits to be kept; nil when the last commit succeeded.
    var waiting: Facts? { facts.withLock { $0 } }

    /// Remembers hook calls and metric values of a failed commit.
    func add(_ commit: Commit, reason: String) {
        let happened = commit.history.filter { entry in
            switch entry.kind {
            case .called, .measured: true
            case .announced, .alerted, .moved: false
            }
        }
        facts.withLock { facts in
            let all = (facts?.history ?? []) + happened
            facts = Facts(history: all.suffix(Self.capacity), reason: reason)
        }
    }

    func clear() { facts.withLock { $0 = nil } }
}
