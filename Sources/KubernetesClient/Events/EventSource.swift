/// Who reports events.
public struct EventSource: Hashable, Sendable {
    /// The program, such as `aviary`.
    public var component: String
    /// The process among those of the program, such as its pod's name.
    public var instance: String

    /// Names a reporter.
    public init(component: String, instance: String) {
        self.component = component
        self.instance = instance
    }
}
