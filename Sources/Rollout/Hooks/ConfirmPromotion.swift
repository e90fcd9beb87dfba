extension HookType {
    /// Holds the promotion while checks go on.
    public static let confirmPromotion = HookType(
        wireName: "confirm-promotion",
        point: .beforePromotion,
        payloadPhase: .progressing,
        remembersPass: true,
        onPass: .goOn,
        onRefusal: .hold(phase: .waitingPromotion, alert: "Canary promotion is waiting for approval."),
        passText: { "Confirm-promotion check \($0) passed" },
        refusalText: { canary, hook, _ in
            "Halt \(canary) advancement waiting for promotion approval \(hook)"
        })
}
