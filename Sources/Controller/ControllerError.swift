/// Why the controller could not do something, named by the step that failed.
public enum ControllerError: Error, Sendable, CustomStringConvertible {
    /// The target of a canary can't be used.
    case target(String)
    /// An object that would have to be written belongs to another controller.
    case foreign(String, owner: String)
    /// A provider's route can't be written; says which field of the canary or of the user's object is the reason.
    case route(String)

    /// What is wrong and what to do.
    public var description: String {
        switch self {
        case .target(let text), .route(let text): text
        case .foreign(let object, let owner):
            "\(object) belongs to \(owner): rename the service or remove the object"
        }
    }
}
