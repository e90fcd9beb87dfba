/// Why the controller could not do something, named by the step that failed.
public enum ControllerError: Error, Sendable, CustomStringConvertible {
    /// The target of a canary can't be used.
    case target(String)

    /// What is wrong and what to do.
    public var description: String {
        switch self {
        case .target(let text): text
        }
    }
}
