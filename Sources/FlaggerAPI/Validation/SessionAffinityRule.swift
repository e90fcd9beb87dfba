extension CanaryRule {
    private static let sameSiteValues = ["Strict", "Lax", "None"]

    /// The sticky cookie can be set.
    static let sessionAffinity = CanaryRule { canary, scope, list in
        guard let affinity = canary.spec.effectiveAnalysis.sessionAffinity else { return }
        let path = scope.analysisPath["sessionAffinity"]
        for case (let field, let name?) in [
            ("cookieName", affinity.cookieName), ("primaryCookieName", affinity.primaryCookieName),
        ] as [(String, String?)] where !HTTPToken.isValid(name) {
            list.error(
                path[field], "bad-cookie", "\"\(name)\" is not the name of a cookie",
                fix: "use letters, digits, dashes and underscores")
        }
        if affinity.primaryCookieName == affinity.cookieName {
            list.error(
                path["primaryCookieName"], "bad-cookie", "is the same as `cookieName`",
                fix: "use another name")
        }
        if affinity.maxAge <= 0 {
            list.error(
                path["maxAge"], "out-of-range", "must be above 0",
                fix: "write seconds, such as 86400 for a day")
        }
        if let sameSite = affinity.sameSite, !sameSiteValues.contains(sameSite) {
            list.error(
                path["sameSite"], "bad-cookie", "unknown value \"\(sameSite)\"",
                fix: Spelling.nearest(to: sameSite, among: sameSiteValues).map { "did you mean `\($0)`?" }
                    ?? "use one of \(sameSiteValues.joined(separator: ", "))")
        }
        if affinity.sameSite == "None" || affinity.partitioned, !affinity.secure {
            list.warning(
                path["secure"], "bad-cookie", "browsers refuse this cookie unless it is secure",
                fix: "add `secure: true`")
        }
    }
}
