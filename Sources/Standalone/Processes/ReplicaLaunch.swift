internal import CProcess
import Glibc

/// Everything that starts one replica: its program, arguments and environment.
///
/// Started with posix_spawn rather than through the Subprocess package, because a replica's life must
/// not hang on a task of ours: cancelling a `run` there always ends in SIGKILL, whereas a replica has to
/// outlive us and be adopted later; and the package reaps a child before its group can be signalled.
struct ReplicaLaunch: Equatable {
    var arguments: [String]
    var environment: [String: String]
    var directory: String?

    /// The template for one replica. Its own variables come after Aviary's and before the four that tell
    /// the replica who it is, which nothing overrides.
    init(
        _ template: ProcessTemplate, inheriting inherited: [String: String], identity: [String: String]
    ) {
        var values = inherited.merging(identity) { $1 }
        for variable in template.environment where identity[variable.name] == nil {
            values[variable.name] = ReferenceExpansion(values: values).expand(variable.value)
        }
        let expansion = ReferenceExpansion(values: values)
        arguments = template.command.map(expansion.expand)
        environment = values
        directory = template.workingDirectory
    }

    /// Starts the process, writing its output to the descriptor; throws `StandaloneError.exec`.
    func start(output: Int32) throws -> pid_t {
        let search = ExecutablePath(
            searchPath: environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin", directory: directory)
        let path = try search.find(arguments[0])
        var pid: pid_t = 0
        let code = Self.withCStrings(arguments) { arguments in
            Self.withCStrings(environment.map { "\($0.key)=\($0.value)" }) { environment in
                aviary_spawn(&pid, path, arguments, environment, directory, output)
            }
        }
        guard code == 0 else { throw StandaloneError.exec(reason: Self.reason(code, path: path)) }
        return pid
    }

    private static func reason(_ code: Int32, path: String) -> String {
        switch code {
        case ENOENT: "\"\(path)\" needs an interpreter that was not found"
        case ENOEXEC: "\"\(path)\" is neither a program nor a script that starts with #!"
        default: "\"\(path)\": \(String(cString: strerror(code)))"
        }
    }

    private static func withCStrings<Result>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let pointers = strings.map { strdup($0) }
        defer { pointers.forEach { free($0) } }
        return body(pointers + [nil])
    }
}
