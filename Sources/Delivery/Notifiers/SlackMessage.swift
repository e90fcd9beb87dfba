/// Slack's message with an attachment, which Discord and Rocket.Chat understand as well.
struct SlackMessage: Encodable {
    struct Attachment: Encodable {
        var color: String
        var author: String
        var text: String
        var markdownIn = ["text"]
        var fields: [Field]

        enum CodingKeys: String, CodingKey {
            case color, text, fields
            case author = "author_name"
            case markdownIn = "mrkdwn_in"
        }
    }

    struct Field: Encodable {
        var title: String
        var value: String
        var short = false
    }

    var channel: String
    var username: String
    var iconEmoji = ":rocket:"
    var attachments: [Attachment]

    enum CodingKeys: String, CodingKey {
        case channel, username, attachments
        case iconEmoji = "icon_emoji"
    }

    init(
        _ alert: AlertMessage, to receiver: AlertReceiver, color: String,
        escape: (String) -> String = { $0 }
    ) {
        channel = receiver.channel
        username = receiver.username
        attachments = [
            Attachment(
                color: color, author: alert.subject, text: escape(alert.text),
                fields: alert.facts.map { Field(title: escape($0.name), value: escape($0.value)) })
        ]
    }
}
