extension HookType {
    /// Gets every announcement; its answer changes nothing.
    public static let event = HookType(
        wireName: "event",
        point: .eachEvent,
        payloadPhase: .current,
        remembersPass: false,
        onPass: .goOn,
        onRefusal: .goOn(.warning, .hookFailed),
        passText: nil,
        refusalText: { _, hook, detail in "Event hook \(hook) failed \(detail)" })
}
