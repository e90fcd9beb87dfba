import Glibc

/// What can go wrong while running rollouts on one machine, named after the step that failed.
public enum StandaloneError: Error, Equatable, CustomStringConvertible {
    /// A process template has a field that cannot be used; says which and what to write instead.
    case invalidProcess(field: String, problem: String, fix: String)
    /// The command could not be executed; `reason` names what was missing.
    case exec(reason: String)
    /// A log file could not be opened for a process's output.
    case openLog(path: String, code: Int32)
    /// No loopback port could be had for a replica.
    case reservePort(code: Int32)
    /// A replica that was started could not be recorded, and was ended for that reason.
    case recordReplica(id: String, cause: String)

    /// One line for a person: the step, the subject and the cause.
    public var description: String {
        switch self {
        case .invalidProcess(let field, let problem, let fix): "\(field): \(problem); \(fix)"
        case .exec(let reason): "exec failed: \(reason)"
        case .openLog(let path, let code): "cannot open the log file \(path): \(message(of: code))"
        case .reservePort(let code): "no free port on 127.0.0.1: \(message(of: code))"
        case .recordReplica(let id, let cause): "cannot record replica \(id), so it was ended: \(cause)"
        }
    }
}

private func message(of code: Int32) -> String {
    String(cString: strerror(code))
}
