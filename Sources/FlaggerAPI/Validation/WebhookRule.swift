import Rollout

extension CanaryWebhook {
    /// The wire names of the points at which a hook is called.
    public static let knownTypes = HookType.all.map(\.wireName)
}

extension CanaryRule {
    private static let maximumRetries = 100

    /// Each hook can be called.
    static let webhooks = CanaryRule { canary, scope, list in
        let webhooks = canary.spec.effectiveAnalysis.webhooks
        let path = scope.analysisPath["webhooks"]
        for (index, webhook) in webhooks.enumerated() { check(webhook, path[index], &list) }

        var firstIndexes: [[String]: Int] = [:]
        for (index, webhook) in webhooks.enumerated() where !webhook.name.isEmpty {
            guard let first = firstIndexes.updateValue(index, forKey: [webhook.type, webhook.name]) else {
                continue
            }
            list.warning(
                path[index]["name"], "duplicate-hook",
                "\(webhook.type) hook \(first + 1) in the list is named \"\(webhook.name)\" too",
                fix: "give each its own name, so that events tell them apart")
        }
    }

    private static func check(_ webhook: CanaryWebhook, _ path: FieldPath, _ list: inout FindingList) {
        if !CanaryWebhook.knownTypes.contains(webhook.type) {
            list.error(
                path["type"], "unknown-hook-type", "unknown hook type \"\(webhook.type)\"",
                fix: Spelling.nearest(to: webhook.type, among: CanaryWebhook.knownTypes)
                    .map { "did you mean `\($0)`?" }
                    ?? "use one of \(CanaryWebhook.knownTypes.joined(separator: ", "))")
        }
        if webhook.name.isEmpty {
            list.error(path["name"], "missing-field", "is empty", fix: "name the hook")
        }
        if let problem = WebAddress.problem(of: webhook.url) {
            list.error(
                path["url"], "bad-url", problem,
                fix: "write an address such as http://flagger-loadtester.test/")
        }
        if webhook.timeout.duration <= .zero {
            list.error(
                path["timeout"], "bad-duration", "must be above 0", fix: "write a duration such as 10s")
        }
        if !(0...maximumRetries).contains(webhook.retries) {
            list.error(
                path["retries"], "out-of-range", "\(webhook.retries) is not from 0 to \(maximumRetries)",
                fix: "write how many further tries to make, such as 3")
        }
    }
}
