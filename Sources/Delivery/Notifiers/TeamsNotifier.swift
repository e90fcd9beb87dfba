/// Microsoft Teams: an incoming webhook, which takes a `MessageCard`.
struct TeamsNotifier: Notifier {
    private struct Card: Encodable {
        var type = "MessageCard"
        var context = "http://schema.org/extensions"
        var themeColor: String
        var summary: String
        var sections: [Section]

        enum CodingKeys: String, CodingKey {
            case type = "@type"
            case context = "@context"
            case themeColor, summary, sections
        }
    }

    private struct Section: Encodable {
        var activityTitle: String
        var activitySubtitle: String
        var facts: [AlertFact]
    }

    func payload(for alert: AlertMessage, to receiver: AlertReceiver) -> any Encodable {
        Card(
            themeColor: alert.isError ? "FF0000" : "0076D7", summary: alert.subject,
            sections: [
                Section(activityTitle: alert.text, activitySubtitle: alert.subject, facts: alert.facts)
            ])
    }
}
