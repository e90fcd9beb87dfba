/// `cmd`: a shell command in the background; it runs until it and all it started have ended.
struct CommandTask: TaskType {
    let name = "cmd"
    let isAwaited = false

    /// Runs `metadata.cmd` with `sh -c`.
    func makeWork(for payload: HookPayload) throws -> TaskWork {
        let command = try payload.command()
        return TaskWork(command: command) { context in
            await ProcessGroup(
                executable: .path("/bin/sh"), arguments: ["-c", command], leftovers: .awaited
            ).run(in: context)
        }
    }
}
