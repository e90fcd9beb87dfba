/// One webhook of the user's list.
public struct Hook: Hashable, Sendable {
    /// Where it stands in the user's list, from 0.
    public var index: Int
    /// The name the user gave it.
    public var name: String
    /// When it is called and what its answer means.
    public var type: HookType
    /// Whether a refusal sends no alert.
    public var mutesAlert: Bool

    /// Makes a hook.
    public init(index: Int, name: String, type: HookType, mutesAlert: Bool = false) {
        self.index = index
        self.name = name
        self.type = type
        self.mutesAlert = mutesAlert
    }

    /// Tells this hook from the others of its canary for as long as its type, place and name stay.
    public var identifier: String { "\(type.wireName)/\(index)/\(name)" }
}

/// One call of a hook.
public struct HookCall: Equatable, Sendable {
    /// The hook to call.
    public var hook: Hook
    /// The phase its payload carries.
    public var phase: Phase
    /// The revision its payload's checksum stands for.
    public var revision: Revision
    /// The status at the moment of the call, for the extended payload.
    public var status: RolloutStatus
}

/// What a hook answered.
public enum HookAnswer: Equatable, Sendable {
    /// HTTP 200 to 202.
    case passed
    /// Any other status, a time-out or no connection; the body or the reason.
    case refused(String)

    /// Whether it passed.
    public var isPass: Bool { self == .passed }
}
