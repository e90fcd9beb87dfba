import Foundation

extension CanaryRule {
    /// Each condition of an A/B test can be checked.
    static let requestMatch = CanaryRule { canary, scope, list in
        for (index, match) in canary.spec.effectiveAnalysis.match.enumerated() {
            let path = scope.analysisPath["match"][index]
            for (header, condition) in match.headers.sorted(by: { $0.key < $1.key }) {
                if !HTTPToken.isValid(header) {
                    list.error(
                        path["headers"][header], "bad-header", "not a header name",
                        fix: "use letters, digits and dashes, such as `x-canary`")
                }
                check(condition, path["headers"][header], &list)
            }
            if match.headers.isEmpty, scope.isStandalone || !match.hasOtherConditions {
                list.error(
                    path, "empty-match", "has no condition on headers",
                    fix: "add `headers: {x-canary: {exact: \"insider\"}}`")
            } else if scope.isStandalone, match.hasOtherConditions {
                list.warning(
                    path, "ignored-condition", "only `headers` is read for a Process", fix: "remove the rest")
            }
        }
    }

    private static func check(_ condition: StringMatch, _ path: FieldPath, _ list: inout FindingList) {
        let forms = [condition.exact, condition.prefix, condition.suffix, condition.regex].compactMap { $0 }
        if forms.count != 1 {
            list.error(
                path, "bad-condition", forms.isEmpty ? "has no condition" : "has \(forms.count) conditions",
                fix: "write exactly one of exact, prefix, suffix, regex")
        }
        guard let regex = condition.regex else { return }
        do {
            _ = try NSRegularExpression(pattern: regex)
        } catch {
            list.error(
                path["regex"], "bad-regex", "\"\(regex)\" is not a regular expression",
                fix: "check brackets and backslashes; `exact` or `prefix` may do")
        }
    }
}

extension RequestMatch {
    fileprivate var hasOtherConditions: Bool {
        uri != nil || scheme != nil || method != nil || authority != nil || port != nil
            || sourceLabels?.isEmpty == false || queryParams?.isEmpty == false || gateways?.isEmpty == false
    }
}
