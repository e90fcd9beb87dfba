import Foundation

/// A gate in the JSON of `GET /gates`.
struct GateView: Encodable {
    struct Approval: Encodable {
        let actor: String
        let at: Date
        let reason: String
        let checksum: String
        let after: Date?
        let until: Date?
    }

    struct Waiting: Encodable {
        let checks: Int
        let lastAt: Date
        let phase: String
        let checksum: String
    }

    let kind: GateKind
    let namespace: String
    let name: String
    let gate: String
    let isOpen: Bool
    let approvals: [Approval]
    let lastChange: GateChangeView?
    let waiting: Waiting?

    init(_ status: GateStatus) {
        kind = status.key.kind
        namespace = status.key.namespace
        name = status.key.name
        gate = status.key.gate
        isOpen = status.isOpen
        approvals = status.approvals.map {
            Approval(
                actor: $0.actor, at: $0.at, reason: $0.reason, checksum: $0.checksum, after: $0.after,
                until: $0.until)
        }
        lastChange = status.lastChange.map(GateChangeView.init)
        waiting = status.refused.map {
            Waiting(checks: $0.count, lastAt: $0.lastAt, phase: $0.phase, checksum: $0.checksum)
        }
    }
}

/// A line of the audit trail in JSON.
struct GateChangeView: Encodable {
    let id: Int64
    let at: Date
    let kind: GateKind
    let namespace: String
    let name: String
    let gate: String
    let action: GateAction
    let actor: String
    let reason: String
    let checksum: String

    init(_ change: GateChange) {
        id = change.id
        at = change.at
        kind = change.key.kind
        namespace = change.key.namespace
        name = change.key.name
        gate = change.key.gate
        action = change.action
        actor = change.actor
        reason = change.reason
        checksum = change.checksum
    }
}
