extension HookType {
    /// Tests the canary before it gets traffic; once a revision until it passes.
    public static let preRollout = HookType(
        wireName: "pre-rollout",
        point: .beforeFirstTraffic,
        payloadPhase: .progressing,
        remembersPass: true,
        onPass: .goOn,
        onRefusal: .failedCheck,
        passText: { "Pre-rollout check \($0) passed" },
        refusalText: { "Halt \($0) advancement pre-rollout check \($1) failed \($2)" })
}
