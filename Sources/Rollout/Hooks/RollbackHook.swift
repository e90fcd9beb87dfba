extension HookType {
    /// Ends a running rollout when it passes.
    public static let rollback = HookType(
        wireName: "rollback",
        point: .everyTick,
        payloadPhase: .current,
        remembersPass: false,
        onPass: .rollBack,
        onRefusal: .goOn(.normal, .rollbackNotSignaled),
        passText: { "Rollback check \($0) passed" },
        refusalText: { _, hook, _ in "Rollback hook \(hook) not signaling a rollback" })
}
