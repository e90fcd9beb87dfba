/// Why a call of the API server failed, named by what went wrong.
public enum KubernetesError: Error, Sendable, Hashable, CustomStringConvertible {
    /// 404 on a change: the object, or its kind, is not there.
    case notFound(String)
    /// 409 on a create.
    case alreadyExists(String)
    /// 409 on a change: the object has changed since it was read. Read it again and retry.
    case conflict(String)
    /// 410: the watch or list is too old. List again.
    case expired(String)
    /// 401 or 403: the credentials are wrong or lack a role.
    case forbidden(String)
    /// 400 or 422: the server refuses the object.
    case invalid(String)
    /// 429 or 5xx, a connection that failed, or no answer in time. May pass.
    case unavailable(String)
    /// The kubeconfig or the in-cluster configuration can't be used; names the file and the fix.
    case configuration(String)
    /// The server's answer is not what the API promises.
    case unreadable(String)
    /// Not sent: another process may have become the leader.
    case leadershipLost(String)

    /// The server's own message, or what went wrong on the way to it.
    public var description: String {
        switch self {
        case .notFound(let text), .alreadyExists(let text), .conflict(let text), .expired(let text),
            .forbidden(let text), .invalid(let text), .unavailable(let text), .configuration(let text),
            .unreadable(let text),
            .leadershipLost(let text):
            text
        }
    }
}
