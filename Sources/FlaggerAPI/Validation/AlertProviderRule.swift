/// What a valid alert provider fulfils.
enum AlertProviderRule {
    /// The receivers of alerts.
    static let types = AlertProvider.ReceiverType.allCases.map(\.rawValue)

    static func check(_ provider: AlertProvider, _ list: inout FindingList) {
        let spec = provider.spec
        if !types.contains(spec.type) {
            list.error(
                FieldPath("spec.type"), "unknown-provider", "unknown alert provider \"\(spec.type)\"",
                fix: Spelling.nearest(to: spec.type, among: types).map { "did you mean `\($0)`?" }
                    ?? "use one of \(types.joined(separator: ", "))")
        }
        if let address = spec.address, !address.isEmpty {
            if let problem = WebAddress.problem(of: address) {
                list.error(
                    FieldPath("spec.address"), "bad-url", problem, fix: "write the address of the receiver")
            }
        } else if spec.secretRef == nil {
            list.error(
                FieldPath("spec.address"), "missing-field", "there is no address to send to",
                fix: "add `address` or `secretRef`")
        }
        SecretReferenceRule.check(spec.secretRef, FieldPath("spec.secretRef.name"), &list)
        if let proxy = spec.proxy, !proxy.isEmpty, let problem = WebAddress.problem(of: proxy) {
            list.error(
                FieldPath("spec.proxy"), "bad-url", problem,
                fix: "write the address of an HTTP proxy such as http://proxy:3128")
        }
    }
}
