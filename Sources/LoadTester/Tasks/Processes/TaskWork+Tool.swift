import Subprocess

extension TaskWork {
    /// Runs a program, found in the PATH, with the arguments in `metadata.cmd`: no shell, quotes respected.
    static func tool(_ program: String, _ payload: HookPayload) throws -> TaskWork {
        let command = try payload.command()
        let arguments = try ShellWords.split(command, field: "metadata.cmd")
        return TaskWork(command: "\(program) \(command)") { context in
            await ProcessGroup(executable: .name(program), arguments: arguments, leftovers: .ended)
                .run(in: context)
        }
    }
}
