/// `helm` and `helmv3`: a helm command without a shell; its result answers the hook.
struct HelmTask: TaskType {
    let name: String
    let isAwaited = true

    /// Runs `helm` with the arguments in `metadata.cmd`, quotes respected.
    func makeWork(for payload: HookPayload) throws -> TaskWork {
        try .tool("helm", payload)
    }
}
