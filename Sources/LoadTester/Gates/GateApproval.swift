public import Foundation

/// One actor's opening of a gate, in force until the gate is closed.
public struct GateApproval: Sendable, Hashable {
    /// Who opened the gate.
    public let actor: String
    /// The revision it was opened for; empty when the opener named none.
    public let checksum: String
    /// When it was opened.
    public let at: Date
    /// Why, in the opener's words; may be empty.
    public let reason: String
    /// The gate opens at this time; nil for at once.
    public let after: Date?
    /// The gate closes at this time; nil for never.
    public let until: Date?

    /// Creates an approval; `after` and `until` bound the time in which it counts.
    public init(
        actor: String, checksum: String = "", at: Date, reason: String = "", after: Date? = nil,
        until: Date? = nil
    ) {
        self.actor = actor
        self.checksum = checksum
        self.at = at
        self.reason = reason
        self.after = after
        self.until = until
    }

    func counts(at now: Date) -> Bool {
        if let after, now < after { return false }
        if let until, now >= until { return false }
        return true
    }
}

/// What a check demands of a gate before it passes.
public struct GatePolicy: Sendable, Hashable {
    /// How long an approval stays good.
    public enum Scope: String, Sendable, Codable {
        /// Until the gate is closed.
        case gate
        /// For the revision it was given to (the payload's checksum) and no other.
        case revision
    }

    /// How many different actors must have opened the gate; at least 1.
    public var approvals: Int
    /// How long an approval stays good.
    public var scope: Scope

    /// Creates a policy; by default one approval is enough, for any revision.
    public init(approvals: Int = 1, scope: Scope = .gate) {
        self.approvals = max(1, approvals)
        self.scope = scope
    }

    /// Whether `approvals` open the gate at `now` for the revision `checksum`.
    public func isSatisfied(by approvals: [GateApproval], checksum: String, at now: Date) -> Bool {
        let valid = approvals.filter { $0.counts(at: now) && (scope == .gate || $0.checksum == checksum) }
        return Set(valid.map(\.actor)).count >= self.approvals
    }
}
