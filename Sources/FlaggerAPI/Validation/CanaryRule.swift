/// One thing that a valid canary fulfils.
struct CanaryRule: Sendable {
    let check: @Sendable (Canary, ValidationScope, inout FindingList) -> Void

    /// Every rule, by one line each.
    static let all: [CanaryRule] = [
        .target,
        .provider,
        .service,
        .interval,
        .strategy,
        .weights,
        .thresholds,
        .metrics,
        .webhooks,
        .webhookTiming,
        .requestMatch,
        .sessionAffinity,
        .alerts,
        .annotations,
    ]
}
