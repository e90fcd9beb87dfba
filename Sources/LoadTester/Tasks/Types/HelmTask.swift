/// `helm` and `helmv3`: a helm command without a shell; its result answers the hook.
public struct HelmTask: TaskType {
    public let name: String
    public let isAwaited = true

    /// Creates the type under one of its names.
    public init(name: String) { self.name = name }

    /// Runs `helm` with the arguments in `metadata.cmd`, quotes respected.
    public func makeWork(for payload: HookPayload) throws -> TaskWork {
        let command = try payload.command()
        let arguments = try ShellWords.split(command, field: "metadata.cmd")
        return TaskWork(command: command) { context in
            await ProcessGroup(executable: .name("helm"), arguments: arguments, leftovers: .ended)
                .run(in: context)
        }
    }
}
