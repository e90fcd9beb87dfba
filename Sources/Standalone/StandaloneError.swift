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

    /// The data directory could not be taken.
    case dataDirectory(path: String, cause: String)
    /// The state in the data directory could not be opened.
    case openState(path: String, cause: String)
    /// The state could not be changed; nothing was.
    case writeState(cause: String)
    /// The state was written by a newer version.
    case newerState(path: String)
    /// The folder with secrets could not be read.
    case secretsDirectory(path: String, cause: String)
    /// Canaries need secrets that are not there; one line each.
    case missingSecrets([String])
    /// A secret could not be read; never shows a value.
    case secret(String, cause: String)
    /// A tracked configuration file could not be read or copied.
    case configuration(path: String, cause: String)
    /// A revision to be run was never stored.
    case unknownRevision(String)
    /// A manifest has errors; one line each.
    case manifest([String])
    /// A canary could not be started or changed.
    case canary(String, cause: String)
    /// A canary's service port could not be opened.
    case servicePort(Int, cause: String)
    /// There is no such canary.
    case unknownCanary(String)
    /// There is no rollout under way that could be aborted.
    case nothingToAbort(String)
    /// An abort was asked for, and no tick has done it yet.
    case abortPending(String)
    /// The API's address could not be opened.
    case listen(address: String, cause: String)

    /// One line for a person: the step, the subject and the cause.
    public var description: String {
        switch self {
        case .invalidProcess(let field, let problem, let fix): "\(field): \(problem); \(fix)"
        case .exec(let reason): "exec failed: \(reason)"
        case .openLog(let path, let code): "cannot open the log file \(path): \(message(of: code))"
        case .reservePort(let code): "no free port on 127.0.0.1: \(message(of: code))"
        case .recordReplica(let id, let cause): "cannot record replica \(id), so it was ended: \(cause)"
        case .dataDirectory(let path, let cause):
            "the data directory \(path) can't be used: \(cause); choose another with --data-dir"
        case .openState(let path, let cause):
            "the state in \(path) can't be opened: \(cause); choose another folder with --data-dir"
        case .writeState(let cause): "the state can't be written: \(cause)"
        case .newerState(let path):
            "the state in \(path) was written by a newer version of Aviary: run that version, or use another --data-dir"
        case .secretsDirectory(let path, let cause):
            "the secrets in \(path) can't be read: \(cause); choose another with --secrets-dir"
        case .secret(let name, let cause): "secret \(name): \(cause)"
        case .configuration(let path, let cause): "spec.configFiles: \(path) can't be read: \(cause)"
        case .unknownRevision(let checksum):
            "revision \(checksum) was never seen or is long gone: apply the target again"
        case .manifest(let lines), .missingSecrets(let lines): lines.joined(separator: "\n")
        case .canary(let name, let cause): "canary \(name): \(cause)"
        case .servicePort(let port, let cause): "spec.service.port \(port): \(cause)"
        case .unknownCanary(let name): "no canary \(name): `aviary get canaries` lists them"
        case .nothingToAbort(let name): "canary \(name) has no rollout under way to abort"
        case .abortPending(let name):
            "the abort of \(name) was taken, but no tick has done it within a minute"
        case .listen(let address, let cause):
            "can't listen on \(address): \(cause); choose another with --listen HOST:PORT"
        }
    }
}

private func message(of code: Int32) -> String {
    String(cString: strerror(code))
}
