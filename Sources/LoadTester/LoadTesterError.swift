/// What can go wrong in the load tester, named after the step that failed.
public enum LoadTesterError: Error, Sendable {
    /// The request body is not a hook payload; `reason` names the field and the fix.
    case payloadUnreadable(reason: String)
    /// The request body is larger than `limit` bytes.
    case payloadTooLarge(limit: Int)
    /// The namespace of the payload is refused by the namespace filter.
    case namespaceRefused(String)
    /// `--namespace-regexp` is not a regular expression.
    case namespacePatternInvalid(pattern: String, cause: String)
    /// The token file cannot be read; `reason` names the line and the fix.
    case tokenFileUnreadable(path: String, reason: String)
    /// The path asks for a token, and the request has none.
    case tokenMissing
    /// The request's token is not in the token file.
    case tokenUnknown
    /// The request's token does not have the role that the path asks for.
    case roleMissing(name: String, role: Role)
    /// A web page makes the request, in the browser of somebody who may know nothing of it.
    case webPageRefused
    /// `--allow-command` is not a regular expression.
    case commandPatternInvalid(pattern: String)
    /// The command is not among those allowed.
    case commandRefused
    /// `--secrets-dir` is no directory.
    case secretsDirectoryUnusable(path: String)
    /// A file of the TLS settings cannot be used.
    case tlsFileUnusable(option: String, path: String, reason: String)
    /// The database that holds the gates cannot be opened.
    case gateDatabaseUnavailable(path: String, cause: any Error)
    /// The database was written by a newer version of Aviary.
    case gateDatabaseTooNew(found: Int, supported: Int)
    /// A gate cannot be read.
    case gateReadFailed(cause: any Error)
    /// A gate cannot be moved; nothing was changed.
    case gateWriteFailed(cause: any Error)
    /// The payload asks for a task that cannot be made; `reason` names the field and the fix.
    case taskRefused(reason: String)
    /// As many tasks as allowed are running and waiting already.
    case taskQueueFull(limit: Int)
    /// The payloads of running and waiting tasks are as large as allowed together.
    case taskMemoryFull(limit: Int)
    /// The address to serve on cannot be listened on.
    case cannotListen(host: String, port: Int, cause: any Error)
    /// The server is shutting down and starts no more tasks.
    case shuttingDown
}

extension LoadTesterError: CustomStringConvertible {
    /// The error in the words that a client or the log gets.
    public var description: String {
        switch self {
        case .payloadUnreadable(let reason), .taskRefused(let reason): reason
        case .payloadTooLarge(let limit): "the request body is larger than \(limit) bytes"
        case .namespaceRefused: "Forbidden"
        case .tokenMissing, .tokenUnknown, .roleMissing, .webPageRefused, .commandRefused: refusal
        case .namespacePatternInvalid(let pattern, let cause):
            "--namespace-regexp \"\(pattern)\" is not a regular expression: \(cause)"
        case .commandPatternInvalid(let pattern):
            "--allow-command \"\(pattern)\" is not a regular expression: check its brackets and escapes"
        case .tokenFileUnreadable(let path, let reason): "--token-file \(path): \(reason)"
        case .secretsDirectoryUnusable(let path): "--secrets-dir \(path) is not a directory: create it"
        case .tlsFileUnusable(let option, let path, let reason): "\(option) \(path): \(reason)"
        case .gateDatabaseUnavailable(let path, let cause):
            "the gate database \(path) cannot be opened: \(cause)"
        case .gateDatabaseTooNew(let found, let supported):
            "the gate database has version \(found), written by a newer Aviary; this one knows up to "
                + "version \(supported): upgrade Aviary or use another --data-dir"
        case .gateReadFailed(let cause): "the gate cannot be read: \(cause)"
        case .gateWriteFailed(let cause): "the gate cannot be moved, nothing was changed: \(cause)"
        case .taskQueueFull(let limit):
            "the task queue is full (\(limit) waiting): try again when running tasks have ended"
        case .taskMemoryFull(let limit):
            "running and waiting tasks hold \(limit) bytes of payloads: try again when some have ended"
        case .cannotListen(let host, let port, let cause): "cannot listen on \(host):\(port): \(cause)"
        case .shuttingDown: "the load tester is shutting down"
        }
    }

    private var refusal: String {
        switch self {
        case .tokenMissing: "Unauthorized: send a token as Authorization: Bearer TOKEN"
        case .tokenUnknown: "Unauthorized: the token is not known"
        case .roleMissing(let name, let role):
            "Forbidden: the token of \(name) lacks the role \(role.rawValue)"
        case .webPageRefused: "Forbidden: web pages may not do this (the request has an Origin header)"
        default: "Forbidden: --allow-command does not allow this command"
        }
    }
}
