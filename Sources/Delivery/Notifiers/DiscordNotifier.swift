/// Discord: a webhook's Slack-compatible address, `…/slack`, which is appended when it is missing.
struct DiscordNotifier: Notifier {
    func payload(for alert: AlertMessage, to receiver: AlertReceiver) -> any Encodable {
        SlackMessage(alert, to: receiver, color: alert.isError ? "danger" : "good")
    }

    func address(of receiver: AlertReceiver) -> String {
        let (path, query) = receiver.address.splitAtQuery()
        if path.hasSuffix("/slack") { return receiver.address }
        return path + (path.hasSuffix("/") ? "slack" : "/slack") + query
    }
}

extension String {
    fileprivate func splitAtQuery() -> (path: String, query: String) {
        let start = firstIndex(of: "?") ?? endIndex
        return (String(self[..<start]), String(self[start...]))
    }
}
