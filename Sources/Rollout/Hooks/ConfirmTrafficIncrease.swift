extension HookType {
    /// Holds the canary at its weight until more traffic is approved.
    public static let confirmTrafficIncrease = HookType(
        wireName: "confirm-traffic-increase",
        point: .beforeIncrease,
        payloadPhase: .progressing,
        remembersPass: false,
        onPass: .goOn,
        onRefusal: .hold(phase: nil, alert: "Canary traffic increase is waiting for approval."),
        passText: { "Confirm-traffic-increase check \($0) passed" },
        refusalText: { canary, hook, _ in
            "Halt \(canary) advancement waiting for traffic increase approval \(hook)"
        })
}
