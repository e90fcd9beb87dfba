/// What the bearer of a token may do. One role does not include another.
public enum Role: String, Sendable, Hashable, CaseIterable {
    /// Ask whether a gate is open; what the hooks of a rollout need.
    case check
    /// Open and close gates.
    case operate
    /// Run tasks, and so commands.
    case execute
}

/// What a path asks of its callers.
public enum Access: Sendable, Hashable {
    /// Nothing: anybody may call it.
    case open
    /// Any valid token: the path only reads.
    case read
    /// A token with this role.
    case role(Role)
}
