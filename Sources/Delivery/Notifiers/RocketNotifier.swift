/// Rocket.Chat: an incoming webhook, which takes Slack's message and colours in hexadecimal.
struct RocketNotifier: Notifier {
    func payload(for alert: AlertMessage, to receiver: AlertReceiver) -> any Encodable {
        SlackMessage(alert, to: receiver, color: alert.isError ? "#FF0000" : "#0076D7")
    }
}
