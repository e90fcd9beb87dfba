extension HookType {
    /// Holds a new revision back before anything of it runs.
    public static let confirmRollout = HookType(
        wireName: "confirm-rollout",
        point: .beforeScaleUp,
        payloadPhase: .current,
        remembersPass: true,
        onPass: .goOn,
        onRefusal: .hold(phase: .waiting, alert: "Canary is waiting for approval."),
        passText: { "Confirm-rollout check \($0) passed" },
        refusalText: { canary, hook, _ in "Halt \(canary) advancement waiting for approval \(hook)" })
}
