import Timing

extension CanaryRule {
    private static let annotationsPath = FieldPath("metadata.annotations")

    /// Our annotations are known and readable.
    static let annotations = CanaryRule { canary, scope, list in
        for (key, value) in canary.metadata.annotations.sorted(by: { $0.key < $1.key })
        where key.hasPrefix(CanaryAnnotations.prefix) {
            guard CanaryAnnotations.keys.contains(key) else {
                let suggestion = Spelling.nearest(to: key, among: CanaryAnnotations.keys)
                list.warning(
                    annotationsPath[key], "unknown-annotation", "unknown annotation; it is ignored",
                    fix: suggestion.map { "did you mean `\($0)`?" } ?? "remove it")
                continue
            }
            if let (message, fix) = problem(of: value, for: key) {
                list.error(annotationsPath[key], "bad-annotation", message, fix: fix)
            }
        }
        let values = canary.metadata.annotations
        let actionKey = CanaryAnnotations.gateDeadlineActionKey
        if values[actionKey] != nil, values[CanaryAnnotations.gateDeadlineKey] == nil {
            list.warning(
                annotationsPath[actionKey], "bad-annotation", "has no effect without a deadline",
                fix: "add `\(CanaryAnnotations.gateDeadlineKey): 2h`")
        }
    }

    private static func problem(of value: String, for key: String) -> (message: String, fix: String)? {
        switch key {
        case CanaryAnnotations.gateDeadlineKey:
            do {
                let isPositive = try GoDuration.parse(value) > .zero
                return isPositive ? nil : ("must be above 0", "write a duration such as 2h")
            } catch {
                return (error.description, "write a duration such as 2h")
            }
        case CanaryAnnotations.gateDeadlineActionKey:
            let known = CanaryAnnotations.GateDeadlineAction.allCases.map(\.rawValue)
            return known.contains(value)
                ? nil : ("unknown action \"\(value)\"", "use one of \(known.joined(separator: ", "))")
        case CanaryAnnotations.payloadKey:
            return value == "extended"
                ? nil : ("unknown payload \"\(value)\"", "write `extended`, or remove it")
        case CanaryAnnotations.webhookSecretKey:
            return SecretReferenceRule.problem(of: value).map {
                ("\"\(value)\" \($0)", SecretReferenceRule.fix)
            }
        case CanaryAnnotations.pauseKey, CanaryAnnotations.traceparentKey:
            return ["true", "false"].contains(value)
                ? nil : ("neither true nor false: \"\(value)\"", "write \"true\" or \"false\", in quotes")
        default: return nil
        }
    }
}
