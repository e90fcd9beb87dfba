import KubernetesClient

/// Why the controller could not do something, named by the step that failed.
public enum ControllerError: Error, Sendable, CustomStringConvertible {
    /// The target of a canary can't be used.
    case target(String)
    /// An object that would have to be written belongs to another controller.
    case foreign(String, owner: String)
    /// A provider's route can't be written; says which field of the canary or of the user's object is the reason.
    case route(String)
    /// The cluster can't be worked with.
    case cluster(String)
    /// The port of the HTTP server can't be opened.
    case listen(port: Int, cause: String)

    /// What is wrong and what to do.
    public var description: String {
        switch self {
        case .target(let text), .route(let text), .cluster(let text): text
        case .listen(let port, let cause):
            "port \(port) can't be opened: \(cause); choose another with --port"
        case .foreign(let object, let owner):
            "\(object) belongs to \(owner): rename the service or remove the object"
        }
    }
}

extension ControllerError {
    /// A word for what failed, by which events are found.
    static func reason(of error: any Error) -> String {
        switch error {
        case ControllerError.target: "TargetUnusable"
        case ControllerError.foreign: "ForeignObject"
        case ControllerError.route: "RoutingFailed"
        case KubernetesError.forbidden: "Forbidden"
        case is KubernetesError: "ApiRequestFailed"
        default: "TickFailed"
        }
    }
}
