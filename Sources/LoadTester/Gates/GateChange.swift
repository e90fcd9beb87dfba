public import Foundation

/// What was done to a gate.
public enum GateAction: String, Sendable, Codable {
    /// The gate was opened.
    case open
    /// The gate was closed.
    case close
}

/// Who moves a gate, and why.
public struct GateMove: Sendable, Hashable {
    /// Who moves it.
    public var actor: String
    /// Why; may be empty.
    public var reason: String
    /// The revision the move is for; empty when none was named.
    public var checksum: String
    /// The gate opens at this time; nil for at once. Ignored when closing.
    public var after: Date?
    /// The gate closes again at this time; nil for never. Ignored when closing.
    public var until: Date?

    /// Creates the description of a move.
    public init(
        actor: String, reason: String = "", checksum: String = "", after: Date? = nil, until: Date? = nil
    ) {
        self.actor = actor
        self.reason = reason
        self.checksum = checksum
        self.after = after
        self.until = until
    }
}

/// One line of the audit trail: a move of a gate that has happened.
public struct GateChange: Sendable, Hashable {
    /// Grows with each change in a database.
    public let id: Int64
    /// When it happened.
    public let at: Date
    /// The gate that was moved.
    public let key: GateKey
    /// What was done.
    public let action: GateAction
    /// Who did it.
    public let actor: String
    /// Why; may be empty.
    public let reason: String
    /// The revision it was done for; may be empty.
    public let checksum: String
}
