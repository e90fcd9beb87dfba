/// Slack's message with an attachment, which Discord and Rocket.Chat understand as well.
struct SlackMessage: Encodable {
    struct Attachment: Encodable {
        var color: String
        var author_name: String
        var text: String
        var mrkdwn_in = ["text"]
        var fields: [Field]
    }

    struct Field: Encodable {
        var title: String
        var value: String
        var short = false
    }

    var channel: String
    var username: String
    var icon_emoji = ":rocket:"
    var attachments: [Attachment]

    init(
        _ alert: AlertMessage, to receiver: AlertReceiver, color: String,
        escape: (String) -> String = { $0 }
    ) {
        channel = receiver.channel
        username = receiver.username
        attachments = [
            Attachment(
                color: color, author_name: alert.subject, text: escape(alert.text),
                fields: alert.facts.map { Field(title: escape($0.name), value: escape($0.value)) })
        ]
    }
}
