extension HookType {
    /// Checks the canary at every step; also the type of a hook that names none.
    public static let rollout = HookType(
        wireName: "rollout",
        point: .beforeMetrics,
        payloadPhase: .progressing,
        remembersPass: false,
        onPass: .goOn,
        onRefusal: .failedCheck,
        passText: nil,
        refusalText: { "Halt \($0) advancement external check \($1) failed \($2)" })
}
