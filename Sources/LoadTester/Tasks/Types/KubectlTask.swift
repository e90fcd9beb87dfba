/// `kubectl`: a kubectl command without a shell; its result answers the hook.
struct KubectlTask: TaskType {
    let name = "kubectl"
    let isAwaited = true

    /// Runs `kubectl` with the arguments in `metadata.cmd`, quotes respected.
    func makeWork(for payload: HookPayload) throws -> TaskWork {
        let command = try payload.command()
        let arguments = try ShellWords.split(command, field: "metadata.cmd")
        return TaskWork(command: command) { context in
            await ProcessGroup(executable: .name("kubectl"), arguments: arguments, leftovers: .ended)
                .run(in: context)
        }
    }
}
