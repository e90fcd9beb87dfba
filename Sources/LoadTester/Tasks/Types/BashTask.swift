/// `bash`: a bash script whose result answers the hook.
struct BashTask: TaskType {
    let name = "bash"
    let isAwaited = true

    /// Runs `metadata.cmd` with `bash -c`.
    func makeWork(for payload: HookPayload) throws -> TaskWork {
        let command = try payload.command()
        return TaskWork(command: command) { context in
            await ProcessGroup(
                executable: .name("bash"), arguments: ["-c", command], leftovers: .ended
            ).run(in: context)
        }
    }
}
