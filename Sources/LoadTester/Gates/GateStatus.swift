/// A gate as it stands: what keeps it open, who moved it last, and what waits at it.
public struct GateStatus: Sendable, Hashable {
    /// Which gate.
    public let key: GateKey
    /// Whether a check that demands one approval for any revision passes now.
    public let isOpen: Bool
    /// The approvals in force, oldest first.
    public let approvals: [GateApproval]
    /// The last time it was opened or closed; nil if it never was.
    public let lastChange: GateChange?
    /// What was refused at it; nil if nothing was since it last let a rollout pass.
    public let refused: RefusedCheck?
}
