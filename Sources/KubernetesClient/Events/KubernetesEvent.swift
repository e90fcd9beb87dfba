/// Something that happened to an object, for `kubectl describe` and `kubectl get events`.
public struct KubernetesEvent: Hashable, Sendable {
    /// Whether somebody should look at it.
    public enum Kind: String, Hashable, Sendable {
        /// As planned.
        case normal = "Normal"
        /// Not as planned.
        case warning = "Warning"
    }

    /// Whether somebody should look at it.
    public var kind: Kind
    /// A word in camel case that programs match, such as `Synced`; at most 128 characters.
    public var reason: String
    /// What happened, for people; cut after 1,024 bytes, the server's limit.
    public var message: String
    /// What was done, in camel case; at most 128 characters.
    public var action: String
    /// The object that it happened to.
    public var subject: EventSubject

    /// Makes an event; the action is the reason when none is given.
    public init(
        _ kind: Kind, reason: String, message: String, action: String? = nil, about subject: EventSubject
    ) {
        self.kind = kind
        self.reason = reason
        self.message = message
        self.action = action ?? reason
        self.subject = subject
    }
}

/// The object that an event is about.
public struct EventSubject: Hashable, Sendable {
    /// Its kind, namespace and name.
    public var reference: ObjectReference
    /// Its uid; `kubectl describe` shows only events that have it.
    public var uid: String?
    /// Its version when it happened.
    public var resourceVersion: String?

    /// Names an object.
    public init(_ reference: ObjectReference, uid: String? = nil, resourceVersion: String? = nil) {
        self.reference = reference
        self.uid = uid
        self.resourceVersion = resourceVersion
    }
}
