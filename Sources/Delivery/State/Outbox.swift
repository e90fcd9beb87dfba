public import FlaggerAPI

/// The calls that one canary owes: committed with the status that they tell of, and kept until they were made.
///
/// A call is made at least once, also after a crash, with the payload that was committed; calls of one receiver in the
/// order of their commits. An outbox is bounded: when more wait than it holds, the oldest give way, and the history
/// says how many in the same commit.
public protocol Outbox: Sendable {
    /// The oldest call that waits, of any receiver but these; nil when there is none.
    func next(excluding receivers: Set<String>) async throws -> OutboxEntry?
    /// Removes a call that was made or given up, and keeps what came of it: durable, in one write, before it returns.
    ///
    /// Does nothing for an entry that is not there any more.
    func settle(_ entry: OutboxEntry, _ outcome: HistoryEntry) async throws
}

/// A call on its way.
public struct OutboxEntry: Equatable, Sendable {
    /// Its place; rises with every call that is committed.
    public var id: Int64
    /// The call.
    public var call: OwedCall

    /// Makes an entry.
    public init(id: Int64, call: OwedCall) {
        self.id = id
        self.call = call
    }
}

/// A call to somebody who is told and not asked. Coded by the names of cases and fields, so that later versions read
/// what earlier ones have kept.
public enum OwedCall: Codable, Equatable, Sendable {
    /// An event hook hears an announcement.
    case eventHook(name: String, endpoint: HookEndpoint, payload: CanaryWebhookPayload)
    /// An alert provider, looked up when it is called, hears an alert.
    case alert(AlertMessage)

    /// Who is called; calls of one receiver are made one after the other.
    public var receiver: String {
        switch self {
        case .eventHook(let name, let endpoint, _): "event \(name) \(endpoint.url)"
        case .alert(let message): "alert \(message.provider)"
        }
    }
}
