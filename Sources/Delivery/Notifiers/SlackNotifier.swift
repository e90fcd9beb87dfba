import Foundation

/// Slack: an incoming webhook, or `chat.postMessage` where the secret has a `token`.
struct SlackNotifier: Notifier {
    func payload(for alert: AlertMessage, to receiver: AlertReceiver) -> any Encodable {
        SlackMessage(
            alert, to: receiver, color: alert.isError ? "danger" : "good", escape: \.escapedForMarkup)
    }

    /// The API answers 200 and `{"ok": false, "error": "invalid_auth"}` (Slack's Web API documentation).
    func refusal(in answer: String) -> String? {
        struct Reply: Decodable {
            var ok: Bool
            var error: String?
        }
        guard let reply = try? JSONDecoder().decode(Reply.self, from: Data(answer.utf8)), !reply.ok else {
            return nil
        }
        return "Slack refused it: \(reply.error ?? "no reason given")"
    }
}
