import Glibc

/// Finds the program that a command names, as a shell would.
struct ExecutablePath {
    let searchPath: String
    let directory: String?

    /// The path to execute; throws `StandaloneError.exec` when there is none.
    func find(_ command: String) throws -> String {
        try checkDirectory()
        if command.contains("/") {
            guard access(resolve(command), F_OK) == 0 else { throw notFound(command) }
            return command
        }
        let candidates = searchPath.split(separator: ":", omittingEmptySubsequences: false)
            .map { $0.isEmpty ? "./\(command)" : "\($0)/\(command)" }
        guard let found = candidates.first(where: isProgram) else { throw notFound(command) }
        return found
    }

    private func checkDirectory() throws {
        guard let directory else { return }
        var information = stat()
        guard stat(directory, &information) == 0, information.st_mode & S_IFMT == S_IFDIR else {
            throw StandaloneError.exec(reason: "working directory \"\(directory)\" not found")
        }
    }

    private func isProgram(_ path: String) -> Bool {
        var information = stat()
        let full = resolve(path)
        return stat(full, &information) == 0 && information.st_mode & S_IFMT == S_IFREG
            && access(full, X_OK) == 0
    }

    private func resolve(_ path: String) -> String {
        guard !path.hasPrefix("/"), let directory else { return path }
        return "\(directory)/\(path)"
    }

    private func notFound(_ command: String) -> StandaloneError {
        .exec(reason: "command \"\(command)\" not found")
    }
}
