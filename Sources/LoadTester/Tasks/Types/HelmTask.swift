/// `helm` and `helmv3`: a helm command without a shell; its result answers the hook.
struct HelmTask: TaskType {
    let name: String
    let isAwaited = true

    /// Runs `helm` with the arguments in `metadata.cmd`, quotes respected.
    func makeWork(for payload: HookPayload) throws -> TaskWork {
        let command = try payload.command()
        let arguments = try ShellWords.split(command, field: "metadata.cmd")
        return TaskWork(command: command) { context in
            await ProcessGroup(executable: .name("helm"), arguments: arguments, leftovers: .ended)
                .run(in: context)
        }
    }
}
