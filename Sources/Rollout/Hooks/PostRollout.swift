extension HookType {
    /// Told how a rollout ended; at least once, even across a crash.
    public static let postRollout = HookType(
        wireName: "post-rollout",
        point: .afterEnd,
        payloadPhase: .current,
        remembersPass: false,
        onPass: .goOn,
        onRefusal: .goOn(.warning, .hookFailed),
        passText: { "Post-rollout check \($0) passed" },
        refusalText: { _, hook, detail in "Post-rollout hook \(hook) failed \(detail)" })
}
