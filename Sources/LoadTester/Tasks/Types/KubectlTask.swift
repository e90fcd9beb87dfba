/// `kubectl`: a kubectl command without a shell; its result answers the hook.
struct KubectlTask: TaskType {
    let name = "kubectl"
    let isAwaited = true

    /// Runs `kubectl` with the arguments in `metadata.cmd`, quotes respected.
    func makeWork(for payload: HookPayload) throws -> TaskWork {
        try .tool("kubectl", payload)
    }
}
