/// How an object is deleted, and under what conditions.
public struct DeletionOptions: Hashable, Sendable {
    /// What becomes of the objects that the deleted one owns.
    public enum Propagation: String, Hashable, Sendable {
        /// They are left without an owner.
        case orphan = "Orphan"
        /// They are deleted afterwards, by the garbage collector.
        case background = "Background"
        /// They are deleted first; until then the object stays, with a deletion time stamp.
        case foreground = "Foreground"
    }

    /// What becomes of owned objects; nil for the kind's default.
    public var propagation: Propagation?
    /// Deletes only the object that has this uid; nil for any.
    public var uid: String?
    /// Deletes only this version of the object; nil for any.
    public var resourceVersion: String?

    /// Makes options; without arguments, those of the kind.
    public init(propagation: Propagation? = nil, uid: String? = nil, resourceVersion: String? = nil) {
        self.propagation = propagation
        self.uid = uid
        self.resourceVersion = resourceVersion
    }
}
