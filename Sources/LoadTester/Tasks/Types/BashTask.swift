/// `bash`: a bash script whose result answers the hook.
public struct BashTask: TaskType {
    public let name = "bash"
    public let isAwaited = true

    /// Creates the type.
    public init() {}

    /// Runs `metadata.cmd` with `bash -c`.
    public func makeWork(for payload: HookPayload) throws -> TaskWork {
        let command = try payload.command()
        return TaskWork(command: command) { context in
            await ProcessGroup(
                executable: .name("bash"), arguments: ["-c", command], leftovers: .ended
            ).run(in: context)
        }
    }
}
