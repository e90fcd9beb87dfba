/// `cmd`: a shell command in the background; it runs until it and all it started have ended.
public struct CommandTask: TaskType {
    public let name = "cmd"
    public let isAwaited = false

    /// Creates the type.
    public init() {}

    /// Runs `metadata.cmd` with `sh -c`.
    public func makeWork(for payload: HookPayload) throws -> TaskWork {
        let command = try payload.command()
        return TaskWork(command: command) { context in
            await ProcessGroup(
                executable: .path("/bin/sh"), arguments: ["-c", command], leftovers: .awaited
            ).run(in: context)
        }
    }
}
