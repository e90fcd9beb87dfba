/// What a gate decides: whether a rollout goes on, or whether it is rolled back.
public enum GateKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// `/gate/…`: open lets a rollout go on.
    case gate
    /// `/rollback/…`: open rolls the canary back.
    case rollback
}

/// Names one gate of one canary.
public struct GateKey: Sendable, Hashable {
    /// What the gate decides.
    public let kind: GateKind
    /// The namespace of the canary.
    public let namespace: String
    /// The name of the canary.
    public let name: String
    /// The gate's own name (`?gate=qa`); empty for the canary's plain gate.
    public let gate: String

    /// Creates the key of a gate; without `gate`, of the canary's plain gate.
    public init(_ kind: GateKind, namespace: String, name: String, gate: String = "") {
        self.kind = kind
        self.namespace = namespace
        self.name = name
        self.gate = gate
    }
}
